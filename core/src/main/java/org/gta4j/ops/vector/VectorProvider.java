package org.gta4j.ops.vector;

import java.util.Optional;
import org.gta4j.ops.Activations;
import org.gta4j.ops.Ops;
import org.gta4j.ops.OpsProvider;

/** Offers the Vector API's operations where the JVM has its module. */
public final class VectorProvider implements OpsProvider {
  @Override
  public String name() {
    return "vector";
  }

  @Override
  public int preference() {
    return 50;
  }

  @Override
  public Optional<String> obstacle() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return Optional.of(
          "the JVM was not started with --add-modules=jdk.incubator.vector (GTA_JAVA_OPTS=--add-modules=jdk.incubator.vector for ./gta)");
    }
    if (VectorWidth.bits() < 128) {
      return Optional.of(
          "this machine has vectors of %d bits, at least 128 are needed"
              .formatted(VectorWidth.bits()));
    }
    return Optional.empty();
  }

  @Override
  public Optional<String> drawback() {
    String compiler = System.getProperty("java.vm.info", "");
    if (compiler.contains("interpreted") || compiler.contains("emulated-client")) {
      // Vectors are objects then, and each operation on them a call.
      return Optional.of(
          "this JVM runs without its optimizing compiler (%s): start it without -Xint and -XX:TieredStopAtLevel"
              .formatted(compiler));
    }
    return Optional.empty();
  }

  @Override
  public Ops create(int threads) {
    return create(threads, Activations.F32);
  }

  @Override
  public Ops create(int threads, Activations activations) {
    return new VectorOps(threads, activations);
  }
}
