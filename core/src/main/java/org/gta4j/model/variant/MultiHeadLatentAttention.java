package org.gta4j.model.variant;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.gta4j.attention.AttentionShape;
import org.gta4j.attention.ValueRows;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.model.rope.RotaryEmbedding;
import org.gta4j.ops.PackedHeads;
import org.gta4j.ops.PackedLinear;
import org.gta4j.ops.RotaryAngles;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Heads;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;

/**
 * Multi-head latent attention, MLA, of DeepSeek's dense layers, computed absorbed: the cache holds
 * the normalized latent and the turned rope part alone. A head's key is {@code [W_uk c | k_rope]};
 * instead of every cached {@code W_uk c}, the query is taken to the latent once, {@code q_nope ·
 * W_uk c = (W_ukᵀ q_nope) · c}, and the weighted latent is taken to the head's values by {@code
 * W_uv} afterwards.
 *
 * <p>Hugging Face's configuration keys and tensor names (DeepSeek-V2 and -V3).
 *
 * @param hiddenSize H
 * @param numAttentionHeads n_h
 * @param kvLoraRank d_c, floats a latent
 * @param queryLoraRank the rank of the queries' projection; empty where it is one matrix
 * @param nopeDim floats of a query head that are not turned
 * @param ropeDim d_r, floats that are
 * @param valueHeadDim floats a head's values
 * @param bias whether the projections to the ranks and the output have biases
 * @param rotary position embedding of the rope part
 * @param scoreFactor what scores are multiplied by besides
 */
public record MultiHeadLatentAttention(
    int hiddenSize,
    int numAttentionHeads,
    int kvLoraRank,
    Optional<Integer> queryLoraRank,
    int nopeDim,
    int ropeDim,
    int valueHeadDim,
    boolean bias,
    RotaryEmbedding rotary,
    double scoreFactor)
    implements AttentionVariant {

  private static final String UP = "kv_b_proj.weight";

  private static final List<String> MODEL_TYPES = List.of("deepseek_v2", "deepseek_v3");

  private static final List<String> ARCHITECTURES =
      List.of("DeepseekV2ForCausalLM", "DeepseekV3ForCausalLM");

  /** The epsilon of the norms on the ranks, whatever the configuration says of the others. */
  public static final float RANK_EPSILON = 1e-6f;

  static Optional<AttentionVariant> read(ConfigFile config) {
    return MODEL_TYPES.contains(config.text("model_type").orElse(""))
            && AttentionVariants.isAnyArchitecture(config, ARCHITECTURES)
        ? Optional.of(of(config))
        : Optional.empty();
  }

  /** The attention that DeepSeek's keys describe. */
  static MultiHeadLatentAttention of(ConfigFile config) {
    boolean second = config.text("model_type").orElse("").equals("deepseek_v2");
    int ropeDim = config.size("qk_rope_head_dim", 64);
    boolean neighbours = second || config.flag("rope_interleave", true);
    RotaryEmbedding rotary =
        RotaryEmbedding.read(
            config,
            "qk_rope_head_dim",
            ropeDim,
            neighbours ? RotaryAngles.Pairs.NEIGHBOURS : RotaryAngles.Pairs.HALVES);
    return new MultiHeadLatentAttention(
        config.size("hidden_size"),
        config.size("num_attention_heads"),
        config.size("kv_lora_rank", 512),
        config.mentions("q_lora_rank") ? config.optionalSize("q_lora_rank") : Optional.of(1536),
        config.size("qk_nope_head_dim", 128),
        ropeDim,
        config.size("v_head_dim", 128),
        config.flag("attention_bias", false),
        rotary,
        rotary.latentScoreFactor(config));
  }

  @Override
  public String name() {
    return "mla";
  }

  @Override
  public AttentionShape shape() {
    return new AttentionShape(
        numAttentionHeads,
        1,
        Math.addExact(kvLoraRank, ropeDim),
        1,
        kvLoraRank,
        ValueRows.KEY_PREFIX);
  }

  @Override
  public double scale() {
    return scoreFactor / Math.sqrt((double) nopeDim + ropeDim);
  }

  private int queryHeadDim() {
    return Math.addExact(nopeDim, ropeDim);
  }

  /** Floats of all heads' values. */
  int headsWidth() {
    return Math.multiplyExact(numAttentionHeads, valueHeadDim);
  }

  @Override
  public SequencedMap<String, Shape> tensors() {
    int queryWidth = Math.multiplyExact(numAttentionHeads, queryHeadDim());
    TensorList list = new TensorList();
    if (queryLoraRank.isPresent()) {
      int rank = queryLoraRank.get();
      list.linear("q_a_proj", rank, hiddenSize, bias)
          .norm("q_a_layernorm", rank)
          .linear("q_b_proj", queryWidth, rank, false);
    } else {
      list.linear("q_proj", queryWidth, hiddenSize, false);
    }
    return list.linear("kv_a_proj_with_mqa", shape().keyDim(), hiddenSize, bias)
        .norm("kv_a_layernorm", kvLoraRank)
        .linear(
            "kv_b_proj",
            Math.multiplyExact(numAttentionHeads, Math.addExact(nopeDim, valueHeadDim)),
            kvLoraRank,
            false)
        .linear("o_proj", hiddenSize, headsWidth(), bias)
        .toMap();
  }

  @Override
  public Set<String> headMatrices() {
    return Set.of(UP);
  }

  @Override
  public List<MatrixProduct> headProducts() {
    long keys = (long) numAttentionHeads * nopeDim;
    long latents = (long) numAttentionHeads * kvLoraRank;
    return List.of(
        new MatrixProduct(UP + ", keys", keys, latents, keys * kvLoraRank),
        new MatrixProduct(
            UP + ", values", latents, headsWidth(), (long) headsWidth() * kvLoraRank));
  }

  /** A key and a value row for every head, computed from the latent. */
  @Override
  public AttentionShape expandedShape() {
    return AttentionShape.of(
        numAttentionHeads, numAttentionHeads, queryHeadDim(), numAttentionHeads, valueHeadDim);
  }

  @Override
  public AttentionLayer bind(LayerTensors tensors) {
    return layer(tensors, Optional.empty());
  }

  /**
   * {@link #bind}, for the gated variant, which needs the heads before the output projection, and
   * the argument of {@code gate}.
   */
  Layer layer(LayerTensors tensors, Optional<OutputGate> gate) {
    Optional<LatentQuery> query = queryLoraRank.map(rank -> LatentQuery.bind(tensors));
    List<JointLinear.Part> parts = new ArrayList<>();
    parts.add(
        query
            .map(LatentQuery::part)
            .orElseGet(() -> new JointLinear.Part(Layer.QUERY, tensors.linear("q_proj"))));
    parts.add(new JointLinear.Part("attention.k", tensors.linear("kv_a_proj_with_mqa")));
    gate.map(OutputGate::part).ifPresent(parts::add);
    // kv_b_proj holds, head by head, W_uk [nopeDim, d_c] above W_uv [valueHeadDim, d_c].
    Tensor up = tensors.tensor(UP);
    int rows = nopeDim + valueHeadDim;
    PackedHeads toLatent =
        tensors.heads(
            numAttentionHeads,
            kvLoraRank,
            nopeDim,
            (head, latent, nope) -> up.get(((long) head * rows + nope) * kvLoraRank + latent));
    PackedHeads toValues =
        tensors.heads(
            numAttentionHeads,
            valueHeadDim,
            kvLoraRank,
            (head, value, latent) ->
                up.get(((long) head * rows + nopeDim + value) * kvLoraRank + latent));
    return new Layer(
        this,
        shape(),
        new JointLinear(parts),
        query,
        tensors.vector("kv_a_layernorm.weight"),
        toLatent,
        toValues,
        tensors.linear("o_proj"));
  }

  /** One layer's projections. */
  record Layer(
      MultiHeadLatentAttention sizes,
      AttentionShape shape,
      JointLinear layers,
      Optional<LatentQuery> query,
      float[] latentNorm,
      PackedHeads toLatent,
      PackedHeads toValues,
      PackedLinear outputProjection)
      implements AttentionLayer {
    private static final String QUERY = "attention.q";

    @Override
    public Projected project(FloatMatrix x, Step step) {
      int heads = shape.maps();
      FloatMatrix q = step.buffers().matrix(QUERY, heads * sizes.queryHeadDim());
      FloatMatrix absorbed = step.buffers().matrix("attention.q.absorbed", shape.queryWidth());
      layers.project(x, step);
      FloatMatrix key = layers.out(1, step);
      if (query.isPresent()) {
        query.get().project(layers.out(0, step), q, step);
      }
      Heads turned = q.heads(heads).part(sizes.nopeDim(), sizes.ropeDim());
      step.ops().rotate(step.angles(), turned, step.rows());
      Heads maps = absorbed.heads(heads);
      step.ops()
          .headLinear(
              toLatent,
              q.heads(heads).part(0, sizes.nopeDim()),
              maps.part(0, shape.valueDim()),
              step.rows());
      step.ops().copyHeads(turned, maps.part(shape.valueDim(), sizes.ropeDim()), step.rows());

      Heads row = key.heads(1);
      Heads compressed = row.part(0, shape.valueDim());
      step.ops().rmsNorm(latentNorm, RANK_EPSILON, compressed, compressed, step.rows());
      step.ops().rotate(step.angles(), row.part(shape.valueDim(), sizes.ropeDim()), step.rows());
      return step.projected(maps, row);
    }

    /** The heads' values [rows, heads · valueHeadDim] from the weighted latents. */
    FloatMatrix heads(FloatMatrix attended, Step step) {
      FloatMatrix heads = step.buffers().matrix("attention.heads", sizes.headsWidth());
      step.ops()
          .headLinear(
              toValues,
              attended.heads(toValues.heads()),
              heads.heads(toValues.heads()),
              step.rows());
      return heads;
    }

    @Override
    public void output(FloatMatrix attended, FloatMatrix out, Step step) {
      step.ops().linear(outputProjection, heads(attended, step), out, step.rows());
    }
  }
}
