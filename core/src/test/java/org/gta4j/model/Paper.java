package org.gta4j.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntUnaryOperator;
import org.gta4j.tensor.Tensor;

/**
 * The attention family as the paper defines it (arXiv 2506.17286, section 3): head by head, with
 * whole maps [T, T], in double, for one sequence. It shares nothing with the engine but the
 * checkpoint's names; in particular heads that are equal are computed as often as they occur, and
 * MLA's keys and values are expanded.
 *
 * <p>Shape legend: {@code x} [T, H], a map [T, T], a head [T, d].
 */
final class Paper {
  private final Map<String, Tensor> tensors;
  private final int layers;
  private final double epsilon;
  private final Attention attention;

  /** A variant's attention on a layer's normalized hidden state. */
  interface Attention {
    /** What the layer adds to the hidden state. */
    double[][] apply(double[][] x, Layer layer);
  }

  /** Hidden states 0 … L and logits of a sequence, token by token. */
  record Result(List<float[]> hidden, float[] logits) {}

  Paper(Map<String, Tensor> tensors, int layers, double epsilon, Attention attention) {
    this.tensors = tensors;
    this.layers = layers;
    this.epsilon = epsilon;
    this.attention = attention;
  }

  /** The whole decoder. */
  Result forward(int[] ids) {
    Layer outer = new Layer(tensors, "");
    Tensor embedding = outer.tensor("model.embed_tokens.weight");
    int width = embedding.shape().intSize(1);
    double[][] x = new double[ids.length][width];
    for (int t = 0; t < ids.length; t++) {
      for (int i = 0; i < width; i++) {
        x[t][i] = embedding.get((long) ids[t] * width + i);
      }
    }
    List<float[]> hidden = new ArrayList<>();
    for (int number = 0; number < layers; number++) {
      hidden.add(flat(x));
      Layer layer = new Layer(tensors, "model.layers." + number + ".");
      x =
          sum(
              x,
              attention.apply(
                  layer.norm(x, "input_layernorm", epsilon), layer.under("self_attn.")));
      double[][] normed = layer.norm(x, "post_attention_layernorm", epsilon);
      double[][] gate = layer.linear(normed, "mlp.gate_proj");
      double[][] up = layer.linear(normed, "mlp.up_proj");
      for (int t = 0; t < gate.length; t++) {
        for (int i = 0; i < gate[t].length; i++) {
          gate[t][i] *= sigmoid(gate[t][i]) * up[t][i];
        }
      }
      x = sum(x, layer.linear(gate, "mlp.down_proj"));
    }
    x = outer.norm(x, "model.norm", epsilon);
    hidden.add(flat(x));
    return new Result(hidden, flat(outer.linear(x, "lm_head")));
  }

  /** A layer's tensors. */
  record Layer(Map<String, Tensor> tensors, String prefix) {
    Layer under(String inner) {
      return new Layer(tensors, prefix + inner);
    }

    Tensor tensor(String name) {
      return Objects.requireNonNull(tensors.get(prefix + name), prefix + name);
    }

    /** x Wᵀ + b. */
    double[][] linear(double[][] x, String name) {
      Tensor weight = tensor(name + ".weight");
      int outputs = weight.shape().intSize(0);
      int inputs = weight.shape().intSize(1);
      double[][] y = new double[x.length][outputs];
      for (int t = 0; t < x.length; t++) {
        for (int o = 0; o < outputs; o++) {
          y[t][o] =
              tensors.containsKey(prefix + name + ".bias") ? tensor(name + ".bias").get(o) : 0;
          for (int i = 0; i < inputs; i++) {
            y[t][o] += weight.get((long) o * inputs + i) * x[t][i];
          }
        }
      }
      return y;
    }

    double[][] norm(double[][] x, String name, double epsilon) {
      double[][] y = new double[x.length][];
      for (int t = 0; t < x.length; t++) {
        double squares = 0;
        for (double number : x[t]) {
          squares += number * number / x[t].length;
        }
        y[t] = new double[x[t].length];
        for (int i = 0; i < x[t].length; i++) {
          y[t][i] = x[t][i] / Math.sqrt(squares + epsilon) * tensor(name + ".weight").get(i);
        }
      }
      return y;
    }
  }

  /**
   * Heads of a map, key and value of their own or of a group: MHA, MQA, GQA, GVA and GHA, gated or
   * not.
   */
  static Attention grouped(
      int heads, int maps, int keys, int values, int headDim, double theta, boolean gated) {
    return (x, layer) -> {
      double[][] q = layer.linear(x, "q_proj");
      double[][] k = layer.linear(x, "k_proj");
      double[][] v = layer.linear(x, "v_proj");
      double[][] all = new double[x.length][heads * headDim];
      for (int head = 0; head < heads; head++) {
        int map = head * maps / heads;
        int key = map * keys / maps;
        int value = head * values / heads;
        double[][] weights =
            map(
                rotateHalves(columns(q, map * headDim, headDim), theta),
                rotateHalves(columns(k, key * headDim, headDim), theta),
                1 / Math.sqrt(headDim));
        put(product(weights, columns(v, value * headDim, headDim)), all, head * headDim);
      }
      return layer.linear(gated ? gated(all, x, layer) : all, "o_proj");
    };
  }

  /** GTA: v_i = A_i c P_i with P_i = [I | … | I] + V_i, then the gate. */
  static Attention gta(
      int hidden,
      int maps,
      int keys,
      int latents,
      int headDim,
      int latentDim,
      double theta,
      Optional<DoubleUnaryOperator> gate) {
    return (x, layer) -> {
      double[][] q = layer.linear(x, "q_proj");
      double[][] k = layer.linear(x, "k_proj");
      double[][] c = layer.linear(x, "v_proj");
      int group = hidden / maps;
      double[][] all = new double[x.length][hidden];
      for (int map = 0; map < maps; map++) {
        int key = map * keys / maps;
        int latent = map * latents / maps;
        double[][] weights =
            map(
                rotateHalves(columns(q, map * headDim, headDim), theta),
                rotateHalves(columns(k, key * headDim, headDim), theta),
                1 / Math.sqrt(headDim));
        double[][] decoder = new double[latentDim][group];
        for (int row = 0; row < latentDim; row++) {
          for (int column = 0; column < group; column++) {
            double learned =
                layer
                    .tensor("v_b_proj.weight")
                    .get(((long) map * latentDim + row) * group + column);
            decoder[row][column] = learned + (column % latentDim == row ? 1 : 0);
          }
        }
        double[][] weighted = product(weights, columns(c, latent * latentDim, latentDim));
        put(product(weighted, decoder), all, map * group);
      }
      gate.ifPresent(activation -> gated(all, x, layer, activation));
      return layer.linear(all, "o_proj");
    };
  }

  /** MLA, expanded: every head gets keys and values of its own out of the latent. */
  static Attention mla(
      int heads,
      boolean queryRank,
      int latentDim,
      int nope,
      int rope,
      int valueDim,
      double theta,
      boolean neighbours,
      boolean gated) {
    return (x, layer) -> {
      double[][] q =
          queryRank
              ? layer.linear(
                  layer.norm(layer.linear(x, "q_a_proj"), "q_a_layernorm", 1e-6), "q_b_proj")
              : layer.linear(x, "q_proj");
      double[][] compressed = layer.linear(x, "kv_a_proj_with_mqa");
      double[][] latent = layer.norm(columns(compressed, 0, latentDim), "kv_a_layernorm", 1e-6);
      double[][] shared = columns(compressed, latentDim, rope);
      double[][] keyRope =
          neighbours ? rotateNeighbours(shared, theta) : rotateHalves(shared, theta);
      double[][] expanded = layer.linear(latent, "kv_b_proj");
      double[][] all = new double[x.length][heads * valueDim];
      for (int head = 0; head < heads; head++) {
        double[][] own = columns(q, head * (nope + rope), nope + rope);
        double[][] queryRope = columns(own, nope, rope);
        double[][] query = new double[x.length][nope + rope];
        double[][] key = new double[x.length][nope + rope];
        put(columns(own, 0, nope), query, 0);
        put(
            neighbours ? rotateNeighbours(queryRope, theta) : rotateHalves(queryRope, theta),
            query,
            nope);
        put(columns(expanded, head * (nope + valueDim), nope), key, 0);
        put(keyRope, key, nope);
        double[][] weights = map(query, key, 1 / Math.sqrt(nope + rope));
        put(
            product(weights, columns(expanded, head * (nope + valueDim) + nope, valueDim)),
            all,
            head * valueDim);
      }
      return layer.linear(gated ? gated(all, x, layer) : all, "o_proj");
    };
  }

  private static double[][] gated(double[][] heads, double[][] x, Layer layer) {
    return gated(heads, x, layer, Paper::sigmoid);
  }

  private static double[][] gated(
      double[][] heads, double[][] x, Layer layer, DoubleUnaryOperator activation) {
    double[][] gate = layer.linear(x, "g_proj");
    for (int t = 0; t < heads.length; t++) {
      for (int i = 0; i < heads[t].length; i++) {
        heads[t][i] *= activation.applyAsDouble(gate[t][i]);
      }
    }
    return heads;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** softmax(scale · q kᵀ + causal) [T, T]. */
  private static double[][] map(double[][] q, double[][] k, double scale) {
    double[][] weights = new double[q.length][q.length];
    for (int t = 0; t < q.length; t++) {
      double sum = 0;
      for (int s = 0; s <= t; s++) {
        double score = 0;
        for (int i = 0; i < q[t].length; i++) {
          score += q[t][i] * k[s][i];
        }
        weights[t][s] = Math.exp(score * scale);
        sum += weights[t][s];
      }
      for (int s = 0; s <= t; s++) {
        weights[t][s] /= sum;
      }
    }
    return weights;
  }

  private static double[][] product(double[][] a, double[][] b) {
    double[][] c = new double[a.length][b[0].length];
    for (int t = 0; t < a.length; t++) {
      for (int i = 0; i < b[0].length; i++) {
        for (int s = 0; s < b.length; s++) {
          c[t][i] += a[t][s] * b[s][i];
        }
      }
    }
    return c;
  }

  private static double[][] rotateHalves(double[][] x, double theta) {
    int half = x[0].length / 2;
    return rotate(x, theta, i -> i, i -> i + half);
  }

  private static double[][] rotateNeighbours(double[][] x, double theta) {
    return rotate(x, theta, i -> 2 * i, i -> 2 * i + 1);
  }

  private static double[][] rotate(
      double[][] x, double theta, IntUnaryOperator first, IntUnaryOperator second) {
    int dimensions = x[0].length;
    double[][] y = new double[x.length][dimensions];
    for (int t = 0; t < x.length; t++) {
      for (int i = 0; i < dimensions / 2; i++) {
        double angle = t / Math.pow(theta, 2.0 * i / dimensions);
        double a = x[t][first.applyAsInt(i)];
        double b = x[t][second.applyAsInt(i)];
        y[t][first.applyAsInt(i)] = a * Math.cos(angle) - b * Math.sin(angle);
        y[t][second.applyAsInt(i)] = b * Math.cos(angle) + a * Math.sin(angle);
      }
    }
    return y;
  }

  private static double[][] columns(double[][] x, int from, int count) {
    double[][] y = new double[x.length][count];
    for (int t = 0; t < x.length; t++) {
      System.arraycopy(x[t], from, y[t], 0, count);
    }
    return y;
  }

  private static void put(double[][] x, double[][] target, int from) {
    for (int t = 0; t < x.length; t++) {
      System.arraycopy(x[t], 0, target[t], from, x[t].length);
    }
  }

  private static double[][] sum(double[][] x, double[][] y) {
    double[][] z = new double[x.length][x[0].length];
    for (int t = 0; t < x.length; t++) {
      for (int i = 0; i < x[t].length; i++) {
        z[t][i] = x[t][i] + y[t][i];
      }
    }
    return z;
  }

  private static float[] flat(double[][] x) {
    float[] all = new float[x.length * x[0].length];
    for (int i = 0; i < all.length; i++) {
      all[i] = (float) x[i / x[0].length][i % x[0].length];
    }
    return all;
  }
}
