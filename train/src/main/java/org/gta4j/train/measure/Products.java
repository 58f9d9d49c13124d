package org.gta4j.train.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.variant.MatrixProduct;
import org.gta4j.train.block.Linear;
import org.gta4j.train.block.Precision;

/** Products of a batch's rows with weights. */
final class Products extends Part {
  private record Product(Tensor x, Tensor weight, Tensor gradient, boolean perHead) {}

  private final List<Product> products = new ArrayList<>();
  private final Precision precision;
  private double operations;

  private Products(Precision precision) {
    this.precision = precision;
  }

  /** A layer's. */
  static Products ofLayer(ModelConfig config, Precision precision, long rows) {
    Products all = new Products(precision);
    for (MatrixProduct product : config.attention().products()) {
      all.add(product, rows);
    }
    long hidden = config.hiddenSize();
    long inner = config.intermediateSize();
    all.add(new MatrixProduct("gate_proj", hidden, inner, hidden * inner), rows);
    all.add(new MatrixProduct("up_proj", hidden, inner, hidden * inner), rows);
    all.add(new MatrixProduct("down_proj", inner, hidden, hidden * inner), rows);
    return all;
  }

  /** The output head's. */
  static Products ofHead(ModelConfig config, Precision precision, long rows) {
    Products head = new Products(precision);
    long hidden = config.hiddenSize();
    long vocabulary = config.vocabSize();
    head.add(new MatrixProduct("lm_head", hidden, vocabulary, hidden * vocabulary), rows);
    return head;
  }

  private void add(MatrixProduct product, long rows) {
    operations += 3 * 2.0 * (double) rows * (double) product.weights();
    long heads = product.inputs() * product.outputs() / product.weights();
    if (heads == 1) {
      products.add(
          new Product(
              leaf(rows, product.inputs()),
              leaf(product.outputs(), product.inputs()),
              constant(rows, product.outputs()),
              false));
      return;
    }
    products.add(
        new Product(
            leaf(heads, rows, product.inputs() / heads),
            leaf(heads, product.inputs() / heads, product.outputs() / heads),
            constant(heads, rows, product.outputs() / heads),
            true));
  }

  /** Arithmetic operations of a run: those of one product forward, of two backward. */
  double operations() {
    return operations;
  }

  @Override
  void compute() {
    for (Product product : products) {
      Tensor y =
          product.perHead()
              ? torch.bmm(precision.input(product.x()), precision.input(product.weight()))
              : new Linear(product.weight(), Optional.empty(), Optional.empty(), precision)
                  .apply(product.x());
      back(precision.full(y), product.gradient());
    }
  }
}
