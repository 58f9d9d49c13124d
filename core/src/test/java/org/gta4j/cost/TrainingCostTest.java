package org.gta4j.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.List;
import java.util.stream.IntStream;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.checkpoint.Json;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.Preset;
import org.gta4j.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class TrainingCostTest {
  private static final Hardware H100 = Hardware.named("h100-sxm");
  private static final Accelerators INFINIBAND =
      Accelerators.of(H100, Network.named("infiniband-400"));

  private static ModelConfig config(String preset) {
    return ModelConfig.read(Preset.named(preset).config());
  }

  private static TrainingSize size(int sequences, int devices, boolean sharded) {
    return new TrainingSize(sequences, 2048, 1, devices, DType.BF16, sharded, false);
  }

  private static TrainingCost plan(String preset, int devices, boolean sharded) {
    ModelConfig config = config(preset);
    return TrainingCost.of(
        config, size(2048, devices, sharded).fitting(config, INFINIBAND), INFINIBAND, false);
  }

  /** Every number of the smallest GTA by hand: 4 layers of 256, 640 between, 4 096 words. */
  @Test
  void workIsThreeTimesTheForwardPass() {
    ModelConfig config = config("gta-tiny");
    long attention = 256 * (2 * 64 + 64 + 128 + 256 + 256) + 2 * 128 * 128;
    long linear = 4 * (attention + 3 * 256 * 640) + 4096 * 256;
    long pairs = 3 * (512 * 513 / 2);
    long macs = 3 * 512 * linear + 4 * pairs * 2 * (64 + 128);
    TrainingPass pass = TrainingPass.of(config, 3, 512, NumberBytes.HALVES, false);
    assertThat(pass.modelOperations(config)).isEqualTo(6.0 * macs);
    assertThat(pass.loss().count()).isEqualTo(10.0 * 3 * 512 * 4096);
    double forward = StepWork.operations(pass.forward());
    double again =
        StepWork.operations(TrainingPass.of(config, 3, 512, NumberBytes.HALVES, true).backward());
    double head = 2.0 * 3 * 512 * 4096 * 256;
    double casts = linear;
    assertThat(again - StepWork.operations(pass.backward()))
        .isCloseTo(forward - head - casts, within(1.0));
  }

  @Test
  void memoryIsSixteenBytesAParameterOfWhichEightAreDivided() {
    double numbers = config("gta-1b").parameters();
    DeviceMemory whole = plan("gta-1b", 64, false).memory();
    assertThat(whole.parameters() + whole.gradients() + whole.optimizer()).isEqualTo(16 * numbers);
    DeviceMemory divided = plan("gta-1b", 64, true).memory();
    assertThat(divided.parameters() + divided.gradients()).isEqualTo(8 * numbers);
    assertThat(divided.optimizer()).isCloseTo(8 * numbers / 64, withPercentage(0.1));
    assertThat(divided.total())
        .isEqualTo(
            divided.parameters()
                + divided.gradients()
                + divided.optimizer()
                + divided.activations());
  }

  /** Without gate and decoder: GQA in bf16, a layer's numbers by hand. */
  @Test
  void activationsAreWhatLayersKeep() {
    ModelConfig config = config("gqa-1b");
    double layer =
        2 * 1280 * (4 + 2) // inputs of norms, and what products read of them
            + 4 * 3584 * 2 // the feed-forward network
            + 2 * (20 + 5) * 64 * 2 // queries, keys, values, results
            + 20 * 4; // sums of exponentials
    DeviceMemory memory = DeviceMemory.of(config, size(2048, 8, false), INFINIBAND);
    assertThat(memory.activations()).isEqualTo(2048 * (54 * layer + 2 * 4 * 128256 + 2 * 1280));
    TrainingSize again = new TrainingSize(2048, 2048, 1, 8, DType.BF16, false, true);
    assertThat(DeviceMemory.of(config, again, INFINIBAND).activations())
        .isEqualTo(2048 * (54 * 1280 * 4 + layer + 2 * 4 * 128256 + 2 * 1280));
    // GTA's latents are kept as they are; libtorch's kernel for processors has its maps' copies.
    assertThat(new KeptAttention(4, false).bytesPerToken(config("gta-1b").attention().shape()))
        .isEqualTo(4 * (5 * 64 + 64 + 128 + 5 * 128) + 5 * 4);
    assertThat(new KeptAttention(4, true).bytesPerToken(config("gta-1b").attention().shape()))
        .isEqualTo(4 * (5 + 1 + 1 + 5) * 128 + 5 * 4);
    assertThat(new KeptAttention(4, true).bytesPerToken(config.attention().shape()))
        .isEqualTo(4 * 4 * 20 * 64 + 20 * 4);
  }

  /** Links of 450 GB/s in a node, eight cards of 50 GB/s for each node, by hand. */
  @Test
  void ringsTakeTheSlowerOfLinksAndNetwork() {
    long numbers = 1_000_000_000;
    TrainingTraffic node = new TrainingTraffic(numbers, 8, false);
    assertThat(INFINIBAND.sentBytes(node, 3)).isEqualTo(7_000_000_000L);
    int buckets = new GradientBuckets(numbers, 8).count();
    assertThat(INFINIBAND.communicationSeconds(node))
        .isCloseTo(7 / 450.0 + buckets * (8.4e-6 + 2 * 7 * 4e-6), within(1e-9));
    TrainingTraffic two = new TrainingTraffic(numbers, 16, true);
    assertThat(INFINIBAND.communicationSeconds(two))
        .isCloseTo(7.5 / 400 + 25 * 2 * (8.4e-6 + 14 * 3.4e-6 + 14e-6), within(1e-9));
    TrainingTraffic whole = new TrainingTraffic(numbers, 16, false);
    assertThat(INFINIBAND.communicationSeconds(whole))
        .isCloseTo(
            7.5 / 400
                + new GradientBuckets(numbers, 16).count() * (8.4e-6 + 2 * (7 * 4e-6 + 14e-6)),
            within(1e-9));
    // 16 calls of 64 million numbers through 8 nodes.
    assertThat(INFINIBAND.communicationSeconds(new TrainingTraffic(numbers, 64, true)))
        .isCloseTo(7.875 / 400 + 16 * 2 * (8.4e-6 + 56 * 3.4e-6 + 7 * 14e-6), within(1e-9));
    Accelerators ethernet = Accelerators.of(H100, Network.named("ethernet-100"));
    assertThat(ethernet.communicationSeconds(node))
        .isEqualTo(INFINIBAND.communicationSeconds(node));
    assertThat(ethernet.communicationSeconds(two)).isCloseTo(7.5 / 12.5, withPercentage(3));
    assertThat(INFINIBAND.communicationSeconds(new TrainingTraffic(numbers, 1, false))).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gqa-160m", "gta-1b"})
  void moreDevicesAreFasterAndEachIsUsedLess(String preset) {
    TrainingCost before = plan(preset, 8, true);
    for (int devices = 16; devices <= 1024; devices *= 2) {
      TrainingCost cost = plan(preset, devices, true);
      assertThat(cost.computeSeconds()).isLessThan(before.computeSeconds());
      assertThat(cost.communicationSeconds()).isGreaterThan(before.communicationSeconds());
      assertThat(cost.sentBytes()).isGreaterThan(before.sentBytes());
      assertThat(cost.memory().optimizer()).isLessThan(before.memory().optimizer());
      assertThat(cost.utilization()).isLessThan(before.utilization()).isPositive();
      assertThat(cost.memory().total()).isLessThan(80e9);
      before = cost;
    }
    assertThat(before.days(before.tokensPerSecond() * 86_400)).isCloseTo(1, within(1e-9));
  }

  @Test
  void whatTravelsBesideTheBackwardPassIsHidden() {
    ModelConfig config = config("gta-1b");
    for (boolean sharded : new boolean[] {false, true}) {
      TrainingSize size = size(2048, 256, sharded).fitting(config, INFINIBAND);
      TrainingCost plain = TrainingCost.of(config, size, INFINIBAND, false);
      TrainingCost overlapped = TrainingCost.of(config, size, INFINIBAND, true);
      assertThat(plain.hiddenSeconds()).isZero();
      assertThat(plain.stepSeconds())
          .isEqualTo(plain.computeSeconds() + plain.communicationSeconds());
      assertThat(overlapped.hiddenSeconds())
          .isPositive()
          .isLessThanOrEqualTo(overlapped.communicationSeconds() * (sharded ? 0.5 : 1));
      assertThat(overlapped.stepSeconds())
          .isEqualTo(plain.stepSeconds() - overlapped.hiddenSeconds());
    }
  }

  @Test
  void layersThatAreComputedTwiceTakeLongerAndKeepLess() {
    ModelConfig config = config("gqa-500m");
    TrainingCost once = TrainingCost.of(config, size(800, 8, false), INFINIBAND, false);
    TrainingCost twice =
        TrainingCost.of(
            config, new TrainingSize(800, 2048, 1, 8, DType.BF16, false, true), INFINIBAND, false);
    assertThat(twice.computeSeconds())
        .isBetween(1.2 * once.computeSeconds(), 1.4 * once.computeSeconds());
    assertThat(twice.memory().activations()).isLessThan(once.memory().activations());
    assertThat(twice.modelOperations()).isEqualTo(once.modelOperations());
  }

  /** 800 sequences on 64 devices: 13 each, at once; on 512 two, and not all devices have any. */
  @Test
  void batchesAreTheLargestThatTakeNobodyLonger() {
    ModelConfig config = config("gta1-160m");
    assertThat(size(800, 64, false).fitting(config, INFINIBAND).microSequences()).isEqualTo(13);
    TrainingSize few = size(800, 8, false).fitting(config, INFINIBAND);
    assertThat(few.ownParts() * few.microSequences()).isEqualTo(100);
    assertThat(DeviceMemory.of(config, few, INFINIBAND).total()).isLessThan(0.9 * 80e9);
    assertThat(size(800, 512, false).fitting(config, INFINIBAND).microSequences()).isEqualTo(2);
  }

  /**
   * What MosaicML measured of models of Llama's size but for the feed-forward network: tokens a
   * second of a device, 2 048 tokens, 8 devices (llm-foundry, scripts/train/benchmarking).
   */
  @ParameterizedTest
  @CsvSource({
    "h100-sxm, 1536, 4096, 24, 12, 24, 63147",
    "h100-sxm, 2048, 5461, 24, 16, 14, 45455",
    "h100-sxm, 4096, 10923, 32, 32, 6, 10643",
    "a100, 1536, 4096, 24, 12, 24, 32434",
    "a100, 2048, 5461, 24, 16, 14, 20513",
    "a100, 2560, 6827, 32, 20, 10, 10811",
    "a100, 4096, 10923, 32, 32, 6, 4641"
  })
  void trainingsOfOthersAreWithinAFifth(
      String hardware, int hidden, int inner, int layers, int heads, int together, int tokens) {
    ObjectNode json = Json.object();
    json.putArray("architectures").add("LlamaForCausalLM");
    json.put("model_type", "llama");
    json.put("vocab_size", 50368);
    json.put("hidden_size", hidden);
    json.put("intermediate_size", inner);
    json.put("num_hidden_layers", layers);
    json.put("num_attention_heads", heads);
    json.put("num_key_value_heads", heads);
    json.put("max_position_embeddings", 2048);
    json.put("rms_norm_eps", 1e-5);
    json.put("rope_theta", 10000.0);
    json.put("tie_word_embeddings", true);
    ModelConfig config = ModelConfig.read(ConfigFile.of("theirs", json));
    Accelerators machine =
        Accelerators.of(Hardware.named(hardware), Network.named("infiniband-200"));
    TrainingSize size = new TrainingSize(8 * together, 2048, together, 8, DType.BF16, true, false);
    TrainingCost cost = TrainingCost.of(config, size, machine, true);
    assertThat(cost.tokensPerSecond() / 8).isCloseTo(tokens, withPercentage(20));
  }

  @Test
  void processesShareProcessors() {
    SharedProcessors machine =
        new SharedProcessors(
            "two processors",
            8_000_000_000L,
            2,
            1,
            new SharedProcessors.Rates(1e11, 5e10, 1e9, 2e9, 1e10),
            2e10,
            2e-9,
            1e-4);
    ModelConfig config = config("gta-tiny");
    TrainingSize two = new TrainingSize(16, 512, 4, 2, DType.F32, false, false);
    TrainingPass pass = TrainingPass.of(config, 4, 512, machine.bytes(DType.F32), false);
    double own =
        pass.loss().count() / 2e9
            + List.of(pass.forward(), pass.backward()).stream()
                .flatMap(List::stream)
                .mapToDouble(operation ->
                    operation.count()
                        / switch (operation.kind()) {
                          case LINEAR -> 1e11;
                          case ATTENTION -> 5e10;
                          case ELEMENTWISE -> 1e9;
                        })
                .sum();
    assertThat(machine.passSeconds(pass, two)).isCloseTo(2 * own, withPercentage(1e-6));
    // Four have one batch each, of which two are computed at once.
    TrainingSize four = new TrainingSize(16, 512, 4, 4, DType.F32, true, false);
    assertThat(machine.passSeconds(pass, four)).isCloseTo(2 * own, withPercentage(1e-6));
    long numbers = config.parameters();
    assertThat(machine.addingSeconds(numbers, two)).isCloseTo(12 * numbers / 1e10, within(1e-9));
    assertThat(machine.addingSeconds(numbers, four)).isZero();
    assertThat(machine.updateSeconds(1e9, two)).isCloseTo(0.1, within(1e-9));
    TrainingTraffic traffic = new TrainingTraffic(numbers, 2, false);
    assertThat(machine.sentBytes(traffic, 1)).isEqualTo(traffic.step(1).bytes());
    assertThat(machine.communicationSeconds(traffic))
        .isCloseTo((traffic.step(0).bytes() + traffic.step(1).bytes()) / 1e9 + 2e-4, within(1e-9));
    // Two processors do the work of four processes.
    TrainingTraffic more = new TrainingTraffic(numbers, 4, false);
    double sent = IntStream.range(0, 4).mapToDouble(rank -> more.step(rank).bytes()).sum();
    assertThat(machine.communicationSeconds(more)).isCloseTo(sent / 1e9 + 6e-4, within(1e-9));
    assertThat(machine.memoryBytes(4)).isEqualTo(2e9);
    // A second batch of a thread has gradients beside the sum of those before.
    assertThat(DeviceMemory.of(config, two, machine).gradients()).isEqualTo(8.0 * numbers);
    assertThat(DeviceMemory.of(config, four, machine).gradients()).isEqualTo(4.0 * numbers);
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThatThrownBy(() -> size(8, 9, false))
        .hasMessage("devices: expected at most 8, one for each sequence of a step, found 9");
    assertThatThrownBy(() -> new TrainingSize(8, 512, 9, 1, DType.F32, false, false))
        .hasMessage("sequences at once: expected 1 to 8, found 9");
    assertThatThrownBy(() -> new TrainingSize(8, 512, 1, 1, DType.F16, false, false))
        .hasMessage("matrix products: expected f32 or bf16, found f16");
    assertThatThrownBy(() -> new TrainingSize(0, 512, 1, 1, DType.F32, false, false))
        .hasMessageContaining("found 0 of 512 on 1");
    assertThatThrownBy(() -> Network.named("string"))
        .hasMessageStartingWith("expected one of infiniband-400")
        .hasMessageEndingWith("found string");
    assertThatThrownBy(() -> new Accelerators(H100, Network.named("ethernet-10"), 1.5))
        .hasMessageContaining("at most 1");
  }

  @Test
  void recipesAreThePapers() {
    assertThat(TrainingRecipe.of("gta-1b").orElseThrow().batchTokens()).isEqualTo(4_194_304);
    assertThat(TrainingRecipe.of("mha-160m").orElseThrow().sequences()).isEqualTo(800);
    assertThat(TrainingRecipe.of("gta-tiny")).isEmpty();
  }
}
