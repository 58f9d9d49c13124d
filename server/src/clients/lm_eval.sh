#!/bin/sh
# Scores a task twice: with lm-evaluation-harness over a running `gta serve`, and with `gta eval`. Both read the same
# file of records and score them by the same fields, so the accuracies are to be equal.
#
#     pip install 'lm-eval[api]' transformers
#     ./gta convert --model FILE.gguf --out FOLDER      # a tokenizer as transformers reads it
#     ./gta serve --model FILE.gguf --activations f32
#     server/src/clients/lm_eval.sh FILE.gguf FOLDER RECORDS.jsonl [LIMIT [URL]]
#
# RECORDS.jsonl is arc_easy's as docs/evaluation.md has it: question, choices, label.
set -eu

[ $# -ge 3 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
model=$(realpath "$1") tokenizer=$(realpath "$2") records=$(realpath "$3") limit=${4-100} url=${5-http://127.0.0.1:8080/v1}
gta=${GTA-$(dirname "$(realpath "$0")")/../../../gta}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/task.yaml" <<YAML
task: served_arc_easy
dataset_path: json
dataset_kwargs:
  data_files: {test: $records}
test_split: test
output_type: multiple_choice
doc_to_text: "Question: {{question}}\nAnswer:"
doc_to_target: "{{label}}"
doc_to_choice: "{{choices}}"
metric_list:
  - metric: acc
  - metric: acc_norm
metadata:
  version: 1.0
YAML
HF_HUB_OFFLINE=1 HF_DATASETS_CACHE="$work/cache" lm_eval --model local-completions --tasks served_arc_easy \
  --include_path "$work" --limit "$limit" --output_path "$work/harness.json" \
  --model_args "base_url=$url/completions,model=any,tokenizer=$tokenizer,num_concurrent=8,max_retries=1" >"$work/log" 2>&1 ||
  { cat "$work/log" >&2; exit 1; }
"$gta" eval --model "$model" --activations f32 --tasks arc_easy --data "$(dirname "$records")" --limit "$limit" --out "$work/own" >/dev/null

python3 - "$work" <<'PYTHON'
import glob, json, sys

harness = json.load(open(glob.glob(sys.argv[1] + "/harness*.json")[0]))["results"]["served_arc_easy"]
own = json.load(open(sys.argv[1] + "/own/results.json"))["results"]["arc_easy"]
equal = True
for name in ("acc,none", "acc_norm,none"):
    print(f"{name:14} lm_eval over gta serve {harness[name]:.4f}   gta eval {own[name]:.4f}")
    equal &= harness[name] == own[name]
sys.exit(not equal)
PYTHON
