package org.gta4j.cli;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.IGetter;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * An option or parameter of a verb, and its value once the command line is parsed.
 *
 * <p>Options are described to picocli as objects, not by annotations: reading annotations makes the
 * JVM generate a class for each kind of them, which takes as long as starting the JVM.
 *
 * @param <T> the value's type
 */
public final class Setting<T> implements IGetter, ISetter {
  private final ArgSpec spec;
  private @Nullable T value;

  private Setting(OptionSpec.Builder option) {
    spec = option.getter(this).setter(this).build();
  }

  private Setting(PositionalParamSpec.Builder parameter) {
    spec = parameter.getter(this).setter(this).build();
  }

  private static OptionSpec.Builder option(String name, Class<?> type, String description) {
    return OptionSpec.builder(name).type(type).description(description);
  }

  /** An option that is there or not. */
  public static Setting<Boolean> flag(String name, String description) {
    return new Setting<>(option(name, boolean.class, description));
  }

  /** An option with an integer. */
  public static Setting<Integer> integer(String name, String label, String description) {
    return new Setting<>(option(name, Integer.class, description).paramLabel(label));
  }

  /** An option with a long integer. */
  public static Setting<Long> wide(String name, String label, String description) {
    return new Setting<>(option(name, Long.class, description).paramLabel(label));
  }

  /** An option with a number. */
  public static Setting<Double> number(String name, String label, String description) {
    return new Setting<>(option(name, Double.class, description).paramLabel(label));
  }

  /** An option with a text. */
  public static Setting<String> text(String name, String label, String description) {
    return new Setting<>(option(name, String.class, description).paramLabel(label));
  }

  /** An option with a text without which the verb has nothing to do. */
  public static Setting<String> required(String name, String label, String description) {
    return new Setting<>(option(name, String.class, description).paramLabel(label).required(true));
  }

  /** An option with a text that may be given several times. */
  public static Setting<List<String>> texts(String name, String label, String description) {
    return new Setting<>(
        option(name, List.class, description).auxiliaryTypes(String.class).paramLabel(label));
  }

  /** A text that stands by itself. */
  public static Setting<String> parameter(String label, String description) {
    return new Setting<>(
        PositionalParamSpec.builder()
            .index("0")
            .arity("0..1")
            .type(String.class)
            .paramLabel(label)
            .description(description));
  }

  /** Adds it to a verb's options. */
  void addTo(CommandSpec command) {
    command.add(spec);
  }

  /** The option's name. */
  public String name() {
    return spec instanceof OptionSpec option ? option.longestName() : spec.paramLabel();
  }

  /** Whether the user gave it. */
  public boolean isGiven() {
    return value != null;
  }

  /** Its value, if the user gave one. */
  public Optional<T> value() {
    return Optional.ofNullable(value);
  }

  /** Its value, or {@code absent} where the user gave none. */
  public T or(T absent) {
    T given = value;
    return given == null ? absent : given;
  }

  /** What there is: picocli adds to it where an option is given again. */
  @Override
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // as picocli declares it
  public <V> @Nullable V get() {
    return (V) value;
  }

  @Override
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // as picocli declares it
  public <V> @Nullable V set(@Nullable V newValue) {
    value = (T) newValue;
    return newValue;
  }
}
