package org.gta4j.spark;

import java.util.Arrays;
import java.util.function.Predicate;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.IntegralType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The columns that a transformer finds and adds; says in words where that cannot be. */
final class Columns {
  private final String owner;
  private final StructType before;
  private StructType schema;

  /**
   * Columns that are found.
   *
   * @param owner whose they are, for errors
   */
  Columns(String owner, StructType before) {
    this.owner = owner;
    this.before = before;
    schema = before;
  }

  /** Those that were found, and those that were added. */
  StructType schema() {
    return schema;
  }

  /** The error of a parameter. */
  IllegalArgumentException wrong(String param, String expected, String found) {
    return new IllegalArgumentException(
        "%s: %s: expected %s, found %s".formatted(owner, param, expected, found));
  }

  /** Checks that there is a column of a kind. */
  void require(String param, String name, String kind, Predicate<DataType> accepts) {
    String expected = "a column of " + kind;
    if (!Arrays.asList(before.fieldNames()).contains(name)) {
      throw wrong(
          param,
          expected,
          "no column '%s' among %s".formatted(name, String.join(", ", before.fieldNames())));
    }
    DataType type = before.apply(name).dataType();
    if (!accepts.test(type)) {
      throw wrong(param, expected, "'%s' of %s".formatted(name, type.simpleString()));
    }
  }

  /** Adds a column. */
  void add(String param, String name, DataType type) {
    for (StructField field : schema.fields()) {
      // Spark's SQL does not tell names apart that differ in case.
      if (field.name().equalsIgnoreCase(name)) {
        throw wrong(
            param, "the name of a new column", "'%s', which is there already".formatted(name));
      }
    }
    schema = schema.add(name, type, true);
  }

  /** Whether values of a type can tell rows apart and are written in one way. */
  static boolean isId(DataType type) {
    return type instanceof StringType || type instanceof IntegralType;
  }

  /** A name that no column has. */
  static String unusedName(StructType schema, String name) {
    String unused = name;
    while (Arrays.asList(schema.fieldNames()).contains(unused)) {
      unused += "'";
    }
    return unused;
  }

  /** A column's name as one whole, whatever it consists of. */
  static String quoted(String name) {
    return "`%s`".formatted(name.replace("`", "``"));
  }
}
