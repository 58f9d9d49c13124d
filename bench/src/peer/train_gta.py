"""Times training steps of a GTA model in eager PyTorch, beside `gta train` on the same configuration.

    python train_gta.py CONFIG.json [--sequence 1024] [--sequences 2] [--micro 1] [--steps 4] [--dtype f32|bf16] [--threads N]

CONFIG.json is the one that `gta train` writes. Run by hand; needs torch. Prints the tokens a second of the median step, the first
one left out.
"""

import argparse
import json
import statistics
import time

import torch
import torch.nn.functional as F
from torch import nn


class RmsNorm(nn.Module):
    def __init__(self, size, epsilon):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.epsilon = epsilon

    def forward(self, x):
        return F.rms_norm(x, (x.shape[-1],), self.weight, self.epsilon)


def rotated(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-second, first), dim=-1) * sin


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.hidden = c["hidden_size"]
        self.maps, self.keys, self.latents = c["num_query_heads"], c["num_key_heads"], c["num_value_heads"]
        self.dim, self.latent = c["head_dim"], c["value_dim"]
        self.q = nn.Linear(self.hidden, self.maps * self.dim)
        self.k = nn.Linear(self.hidden, self.keys * self.dim)
        self.c = nn.Linear(self.hidden, self.latents * self.latent)
        self.g = nn.Linear(self.hidden, self.hidden)
        self.decoder = nn.Parameter(torch.randn(self.maps, self.latent, self.hidden // self.maps) * 0.02)
        self.o = nn.Linear(self.hidden, self.hidden, bias=False)

    def forward(self, x, cos, sin):
        b, t, _ = x.shape
        q = rotated(self.q(x).view(b, t, self.maps, self.dim).transpose(1, 2), cos, sin)
        k = rotated(self.k(x).view(b, t, self.keys, self.dim).transpose(1, 2), cos, sin)
        c = self.c(x).view(b, t, self.latents, self.latent).transpose(1, 2)
        k = k.repeat_interleave(self.maps // self.keys, dim=1)
        c = c.repeat_interleave(self.maps // self.latents, dim=1)
        # The fused kernel wants one width for all: queries and keys are padded with zeros.
        pad = self.latent - self.dim
        z = F.scaled_dot_product_attention(
            F.pad(q, (0, pad)).to(c.dtype), F.pad(k, (0, pad)).to(c.dtype), c, is_causal=True, scale=self.dim**-0.5
        )
        flat = z.permute(1, 0, 2, 3).reshape(self.maps, b * t, self.latent)
        group = self.hidden // self.maps
        heads = flat.repeat(1, 1, group // self.latent) + torch.bmm(flat, self.decoder.to(flat.dtype))
        heads = heads.permute(1, 0, 2).reshape(b, t, self.hidden)
        return self.o(torch.sigmoid(self.g(x)) * heads)


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.before = RmsNorm(c["hidden_size"], c["rms_norm_eps"])
        self.attention = Attention(c)
        self.between = RmsNorm(c["hidden_size"], c["rms_norm_eps"])
        self.gate = nn.Linear(c["hidden_size"], c["intermediate_size"], bias=False)
        self.up = nn.Linear(c["hidden_size"], c["intermediate_size"], bias=False)
        self.down = nn.Linear(c["intermediate_size"], c["hidden_size"], bias=False)

    def forward(self, x, cos, sin):
        x = x + self.attention(self.before(x), cos, sin)
        y = self.between(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y))


class Model(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.embedding = nn.Embedding(c["vocab_size"], c["hidden_size"])
        self.layers = nn.ModuleList(Layer(c) for _ in range(c["num_hidden_layers"]))
        self.norm = RmsNorm(c["hidden_size"], c["rms_norm_eps"])
        self.head = nn.Linear(c["hidden_size"], c["vocab_size"], bias=False)
        if c.get("tie_word_embeddings"):
            self.head.weight = self.embedding.weight

    def forward(self, ids, targets, cos, sin):
        x = self.embedding(ids)
        for layer in self.layers:
            x = layer(x, cos, sin)
        scores = self.head(self.norm(x)).float()
        return F.cross_entropy(scores.view(-1, scores.shape[-1]), targets.reshape(-1), reduction="sum")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("--sequence", type=int, default=1024)
    parser.add_argument("--sequences", type=int, default=2)
    parser.add_argument("--micro", type=int, default=1)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--dtype", choices=("f32", "bf16"), default="f32")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    with open(args.config) as file:
        config = json.load(file)
    model = Model(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-4, betas=(0.9, 0.999), weight_decay=0.0)
    dim = config["head_dim"]
    angles = torch.outer(
        torch.arange(args.sequence).float(), config["rope_theta"] ** (-torch.arange(0, dim, 2).float() / dim)
    )
    cos, sin = (torch.cat((f(angles), f(angles)), dim=-1) for f in (torch.cos, torch.sin))
    rates = []
    for step in range(args.steps):
        tokens = torch.randint(0, config["vocab_size"], (args.sequences, args.sequence + 1))
        begin = time.perf_counter()
        for micro in tokens.split(args.micro):
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=args.dtype == "bf16"):
                loss = model(micro[:, :-1], micro[:, 1:], cos, sin) / (args.sequences * args.sequence)
            loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        rates.append(args.sequences * args.sequence / (time.perf_counter() - begin))
        print(f"step {step + 1}: {rates[-1]:.1f} tokens/s", flush=True)
    print(json.dumps({"tokens_per_second": statistics.median(rates[1:]), "dtype": args.dtype, "threads": args.threads}))


if __name__ == "__main__":
    main()
