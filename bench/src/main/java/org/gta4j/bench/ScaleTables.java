package org.gta4j.bench;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.gta4j.cost.Accelerators;
import org.gta4j.cost.DeviceMemory;
import org.gta4j.cost.Hardware;
import org.gta4j.cost.Network;
import org.gta4j.cost.TrainingCost;
import org.gta4j.cost.TrainingRecipe;
import org.gta4j.cost.TrainingSize;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.Preset;
import org.gta4j.tensor.DType;

/** The paper's trainings on more and more devices, in Markdown. */
final class ScaleTables {
  private static final Hardware HARDWARE = Hardware.named("h100-sxm");
  private static final Network NETWORK = Network.named("infiniband-400");
  private static final List<Integer> DEVICES = List.of(8, 16, 32, 64, 128, 256, 512, 1024);
  private static final List<String> NETWORKS =
      List.of("infiniband-400", "infiniband-200", "ethernet-100", "ethernet-25");

  /** Models of a size, with the one of GTA and the one of GQA that are compared. */
  private record Group(String title, List<String> models, String ours, String theirs) {}

  private static final Group M160 =
      new Group(
          "160M",
          List.of("mha-160m", "mla-160m", "gqa-160m", "gta1-160m", "gta2-160m"),
          "gta1-160m",
          "gqa-160m");
  private static final Group M500 =
      new Group(
          "500M",
          List.of("mha-500m", "mla-500m", "gqa-500m", "gta3-500m", "gta4-500m"),
          "gta3-500m",
          "gqa-500m");
  private static final Group B1 = new Group("1B", List.of("gqa-1b", "gta-1b"), "gta-1b", "gqa-1b");

  private final StringBuilder text = new StringBuilder();

  /** All tables. */
  String text() {
    for (Group group : List.of(M160, M500)) {
      days(group, 2048);
      days(group, 4096);
    }
    days(B1, 2048);
    devices();
    networks();
    return text.toString();
  }

  @SuppressWarnings(
      "AnnotateFormatMethod") // its annotation is in a library that nothing else needs
  private void line(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static ModelConfig config(String preset) {
    return ModelConfig.read(Preset.named(preset).config());
  }

  /** A plan, where every device has a sequence. */
  private static Optional<TrainingCost> plan(
      String preset, int length, int devices, boolean sharded, Network network) {
    TrainingRecipe recipe = TrainingRecipe.of(preset).orElseThrow();
    if (devices > recipe.sequences()) {
      return Optional.empty();
    }
    ModelConfig config = config(preset);
    Accelerators machine = Accelerators.of(HARDWARE, network);
    TrainingSize size =
        new TrainingSize(recipe.sequences(), length, 1, devices, DType.BF16, sharded, false)
            .fitting(config, machine);
    return Optional.of(TrainingCost.of(config, size, machine, false));
  }

  private void days(Group group, int length) {
    TrainingRecipe recipe = TrainingRecipe.of(group.ours()).orElseThrow();
    line("### %s, steps of %,d sequences of %,d tokens", group.title(), recipe.sequences(), length);
    line("");
    line(
        "Days of %.0f billion tokens, and what part of the devices' peak the model's own arithmetic is; moments divided.",
        recipe.tokens() / 1e9);
    line("");
    line(
        "| H100 | %s | time of %s by that of %s |",
        String.join(" | ", group.models()), group.ours(), group.theirs());
    line("|---|%s---|", "---|".repeat(group.models().size()));
    for (int devices : DEVICES) {
      StringBuilder row = new StringBuilder();
      for (String model : group.models()) {
        row.append(
            plan(model, length, devices, true, NETWORK)
                .map(cost ->
                    String.format(
                        Locale.ROOT,
                        " %.3g, %.0f %% |",
                        cost.days(recipe.tokens()),
                        100 * cost.utilization()))
                .orElse(" — |"));
      }
      line("| %,d |%s %s |", devices, row, ratio(group, length, devices));
    }
    line("");
  }

  private static String ratio(Group group, int length, int devices) {
    Optional<TrainingCost> ours = plan(group.ours(), length, devices, true, NETWORK);
    Optional<TrainingCost> theirs = plan(group.theirs(), length, devices, true, NETWORK);
    return ours.isEmpty() || theirs.isEmpty()
        ? "—"
        : String.format(Locale.ROOT, "%.2f", ours.get().stepSeconds() / theirs.get().stepSeconds());
  }

  /** A device's memory and time, of the largest model. */
  private void devices() {
    line("### A device of gta-1b's training");
    line("");
    line(
        "Parameters, gradients and moments where every device has all moments (0) and where they are divided (1); what layers keep; what a device sends; times of a step with divided moments, and what is left of the exchange where gradients travel during the backward pass.");
    line("");
    line(
        "| H100 | tokens at once | states, 0 | states, 1 | activations | sends | computes | exchanges | not hidden | tokens a second |");
    line("|---|---|---|---|---|---|---|---|---|---|");
    for (int devices : DEVICES) {
      TrainingCost whole = plan("gta-1b", 2048, devices, false, NETWORK).orElseThrow();
      TrainingCost divided = plan("gta-1b", 2048, devices, true, NETWORK).orElseThrow();
      TrainingCost overlapped =
          TrainingCost.of(
              config("gta-1b"), divided.size(), Accelerators.of(HARDWARE, NETWORK), true);
      line(
          "| %,d | %,d | %.1f GB | %.1f GB | %.1f GB | %.2f GB | %,.0f ms | %.1f ms | %.1f ms | %,.0f |",
          devices,
          divided.size().microSequences() * divided.size().length(),
          states(whole.memory()) / 1e9,
          states(divided.memory()) / 1e9,
          divided.memory().activations() / 1e9,
          divided.sentBytes() / 1e9,
          divided.computeSeconds() * 1e3,
          divided.communicationSeconds() * 1e3,
          (overlapped.communicationSeconds() - overlapped.hiddenSeconds()) * 1e3,
          divided.tokensPerSecond());
    }
    line("");
  }

  private static double states(DeviceMemory memory) {
    return memory.parameters() + memory.gradients() + memory.optimizer();
  }

  /** Where communication takes over. */
  private void networks() {
    line("### Where communication takes over");
    line("");
    line(
        "The smallest of these numbers of devices that exchange for longer than they compute, and what part of the step that exchange is at the largest number that has work; sequences of 2 048, moments divided, nothing hidden.");
    line("");
    line("| model | %s |", String.join(" | ", NETWORKS));
    line("|---|%s", "---|".repeat(NETWORKS.size()));
    for (String model :
        List.of("gqa-160m", "gta1-160m", "gqa-500m", "gta3-500m", "gqa-1b", "gta-1b")) {
      StringBuilder row = new StringBuilder();
      for (String network : NETWORKS) {
        row.append(' ').append(bound(model, Network.named(network))).append(" |");
      }
      line("| %s |%s", model, row);
    }
  }

  private static String bound(String model, Network network) {
    String first = "never";
    double part = 0;
    for (int devices : DEVICES) {
      Optional<TrainingCost> cost = plan(model, 2048, devices, true, network);
      if (cost.isPresent()) {
        part = cost.get().communicationSeconds() / cost.get().stepSeconds();
        if (first.equals("never") && cost.get().isCommunicationBound()) {
          first = String.format(Locale.ROOT, "%,d", devices);
        }
      }
    }
    return String.format(Locale.ROOT, "%s, %.0f %%", first, 100 * part);
  }
}
