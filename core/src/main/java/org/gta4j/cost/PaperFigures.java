package org.gta4j.cost;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Figures that the paper prints (arXiv 2506.17286): table 5, and what its authors' roofline says of
 * the 1B models on an H100. Decimals are as they are printed, and say how exact they are.
 *
 * @param models the trained models
 * @param rows of the roofline
 */
public record PaperFigures(List<Model> models, List<Row> rows) {
  /**
   * A trained model.
   *
   * @param name its preset
   * @param parameters in units of 2^20
   * @param cacheElements numbers in the cache, per token and layer
   */
  public record Model(String name, BigDecimal parameters, int cacheElements) {}

  /**
   * A row of the roofline.
   *
   * @param batch sequences
   * @param length tokens of each
   * @param model a preset
   * @param prefill whether prompts are read; otherwise a token is decoded
   * @param gigaOperations operations in 10^9
   * @param gigabytes memory traffic in 10^9 bytes
   * @param seconds the time
   */
  public record Row(
      int batch,
      int length,
      String model,
      boolean prefill,
      BigDecimal gigaOperations,
      BigDecimal gigabytes,
      BigDecimal seconds) {
    /** The step that it is about. */
    public StepSize step() {
      return prefill ? StepSize.prompt(batch, length) : StepSize.decode(batch, length);
    }
  }

  /** Reads them. */
  public static PaperFigures read() {
    ObjectNode json = DataFile.read("paper.json");
    List<Model> models = new ArrayList<>();
    for (JsonNode model : json.required("models")) {
      models.add(
          new Model(
              model.required("name").stringValue(),
              decimal(model, "parameters_m"),
              model.required("cache_elements").intValue()));
    }
    List<Row> rows = new ArrayList<>();
    for (JsonNode row : json.required("viewer")) {
      rows.add(
          new Row(
              row.required("batch").intValue(),
              row.required("length").intValue(),
              row.required("model").stringValue(),
              row.required("step").stringValue().equals("prefill"),
              decimal(row, "giga_operations"),
              decimal(row, "gigabytes"),
              decimal(row, "seconds")));
    }
    return new PaperFigures(List.copyOf(models), List.copyOf(rows));
  }

  private static BigDecimal decimal(JsonNode node, String key) {
    return new BigDecimal(node.required(key).stringValue());
  }
}
