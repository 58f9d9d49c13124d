#!/bin/sh
# Makes the embedded model anew.
#
#   embedded/stories/train.sh STORIES HELD_OUT TEACHER OUT
#
#   STORIES   TinyStories, '<|endoftext|>' between stories
#   HELD_OUT  stories that are not learned, to measure the loss on
#   TEACHER   SmolLM2-135M-Instruct as a GGUF file
#   OUT       a new folder; OUT/gta-stories.gguf is what belongs into src/main/resources/org/gta4j/embedded
#
# Two cores take about an hour and a half. A training that was interrupted goes on when the same command is given again.
set -eu
[ $# -eq 4 ] || { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(cd "${0%/*}" && pwd)
gta=$here/../../gta
mkdir -p "$4"

if [ ! -e "$4/taught.safetensors" ]; then
  awk -f "$here/stories.awk" "$1" >"$4/stories.txt"
  [ -e "$4/words/tokenizer.json" ] ||
    "$gta" tokenizer trim --model "$3" --data "$1" --vocab-size 4096 --out "$4/words"
  "$gta" data teach --model "$3" --data "$4/stories.txt" --tokenizer "$4/words" --out "$4/taught.safetensors"
fi
resume=
[ ! -d "$4/gta-stories/checkpoints" ] || resume=--resume
"$gta" train $resume --preset gta-tiny --data "$4/taught.safetensors" --teacher-part 0.7 --validation "$2" \
  --tokenizer "$4/words" --out "$4/gta-stories" --steps 3200 --batch-tokens 4096 --sequence 512 --dtype bf16 \
  --learning-rate 0.0015 --save-every 200 --validate-every 400 --keep 1
"$gta" convert --model "$4/gta-stories" --weights q8 --out "$4/gta-stories.gguf"
