package org.gta4j.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Holds the arrows of docs/design.md. */
@AnalyzeClasses(packages = "org.gta4j", importOptions = ImportOption.DoNotIncludeTests.class)
class ArrowsTest {
  private static final String[] CORE = {
    "org.gta4j.tensor..",
    "org.gta4j.attention..",
    "org.gta4j.cache..",
    "org.gta4j.ops..",
    "org.gta4j.checkpoint..",
    "org.gta4j.tokenizer..",
    "org.gta4j.template..",
    "org.gta4j.chat..",
    "org.gta4j.model..",
    "org.gta4j.generate..",
    "org.gta4j.grammar..",
    "org.gta4j.answer..",
    "org.gta4j.cost..",
    "org.gta4j.measure.."
  };

  private static final String[] SERVING = {"org.gta4j.server..", "org.gta4j.langchain4j.."};

  @ArchTest
  static final ArchRule ARROWS_POINT_TO_CORE =
      noClasses()
          .that()
          .resideInAnyPackage(CORE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.gta4j.cli..",
              "org.gta4j.kernels..",
              "org.gta4j.embedded..",
              "org.gta4j.data..",
              "org.gta4j.eval..",
              "org.gta4j.train..",
              "org.gta4j.plot..",
              "org.gta4j.server..",
              "org.gta4j.langchain4j..",
              "org.gta4j.spark..",
              "org.gta4j.examples..",
              "org.gta4j.bench..");

  @ArchTest
  static final ArchRule THE_SERVER_KNOWS_CORE =
      noClasses()
          .that()
          .resideInAnyPackage(SERVING)
          .should()
          .dependOnClassesThat(
              ofOursOutside(
                  Stream.concat(Stream.of(SERVING), Stream.of(CORE)).toArray(String[]::new)));

  @ArchTest
  static final ArchRule THE_COMMAND_LINE_AND_BENCHMARKS_KNOW_THE_SERVER =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.gta4j.server..", "org.gta4j.cli..", "org.gta4j.bench..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.gta4j.server..");

  @ArchTest
  static final ArchRule DATA_KNOWS_FILES_AND_TOKENIZERS =
      noClasses()
          .that()
          .resideInAPackage("org.gta4j.data..")
          .should()
          .dependOnClassesThat(
              ofOursOutside("org.gta4j.data..", "org.gta4j.checkpoint..", "org.gta4j.tokenizer.."));

  @ArchTest
  static final ArchRule EVALUATION_KNOWS_THE_CORE_AND_THE_COMMAND_LINE_KNOWS_IT =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.gta4j.eval..", "org.gta4j.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.gta4j.eval..");

  @ArchTest
  static final ArchRule EVALUATION_KNOWS_NO_VERB =
      noClasses()
          .that()
          .resideInAPackage("org.gta4j.eval..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.gta4j.cli..", "org.gta4j.train..", "org.gta4j.kernels..");

  @ArchTest
  static final ArchRule EVALUATION_READS_FILES_AND_NOTHING_ELSE_OF_DATA =
      noClasses()
          .that()
          .resideInAPackage("org.gta4j.eval..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.gta4j.data.bpe..", "org.gta4j.data.shard..");

  @ArchTest
  static final ArchRule PLOTS_KNOW_NOBODY =
      noClasses()
          .that()
          .resideInAPackage("org.gta4j.plot..")
          .should()
          .dependOnClassesThat(ofOursOutside("org.gta4j.plot.."));

  @ArchTest
  static final ArchRule TRAINING_KNOWS_CORE =
      noClasses()
          .that()
          .resideInAPackage("org.gta4j.train..")
          .should()
          .dependOnClassesThat(
              ofOursOutside(
                  Stream.concat(Stream.of("org.gta4j.train.."), Stream.of(CORE))
                      .toArray(String[]::new)));

  @ArchTest
  static final ArchRule ONLY_VERBS_AND_EVALUATION_KNOW_DATA =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "org.gta4j.cli.data..",
              "org.gta4j.cli.training..",
              "org.gta4j.cli.spark..",
              "org.gta4j.data..",
              "org.gta4j.eval..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.gta4j.data..");

  @ArchTest
  static final ArchRule ONLY_THE_VERBS_THAT_MAKE_MODELS_KNOW_TRAINING =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.gta4j.cli.training..", "org.gta4j.train..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.gta4j.train..");

  @ArchTest
  static final ArchRule ONLY_ITS_ADAPTER_USES_LANGCHAIN4J =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.gta4j.langchain4j..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.langchain4j..", "org.gta4j.langchain4j..");

  @ArchTest
  static final ArchRule THE_ADAPTER_OF_LANGCHAIN4J_KNOWS_ENGINES_AND_NO_SERVER =
      noClasses()
          .that()
          .resideInAPackage("org.gta4j.langchain4j..")
          .should()
          .dependOnClassesThat(
              ofOursOutside(
                  Stream.concat(Stream.of("org.gta4j.langchain4j.."), Stream.of(CORE))
                      .toArray(String[]::new)));

  @ArchTest
  static final ArchRule ONLY_ONE_MODULE_AND_ITS_VERBS_USE_SPARK =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.gta4j.spark..", "org.gta4j.cli.spark..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "org.gta4j.spark..");

  @ArchTest
  static final ArchRule TRANSFORMERS_OF_SPARK_KNOW_CORE =
      noClasses()
          .that()
          .resideInAPackage("org.gta4j.spark..")
          .should()
          .dependOnClassesThat(
              ofOursOutside(
                  Stream.concat(Stream.of("org.gta4j.spark.."), Stream.of(CORE))
                      .toArray(String[]::new)));

  @ArchTest
  static final ArchRule ONLY_TRAINING_USES_LIBTORCH =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.gta4j.train..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.bytedeco..");

  /** Classes of this project that are in none of these packages. */
  private static DescribedPredicate<JavaClass> ofOursOutside(String... packages) {
    return JavaClass.Predicates.resideInAPackage("org.gta4j..")
        .and(JavaClass.Predicates.resideOutsideOfPackages(packages));
  }

  @ArchTest
  static final ArchRule ROOMS_OF_CORE =
      Architectures.layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("tensor")
          .definedBy("org.gta4j.tensor..")
          .layer("attention")
          .definedBy("org.gta4j.attention..")
          .layer("cache")
          .definedBy("org.gta4j.cache")
          .layer("cache.disk")
          .definedBy("org.gta4j.cache.disk..")
          .layer("ops")
          .definedBy("org.gta4j.ops..")
          .layer("checkpoint")
          .definedBy("org.gta4j.checkpoint..")
          .layer("tokenizer")
          .definedBy("org.gta4j.tokenizer..")
          .layer("template")
          .definedBy("org.gta4j.template..")
          .layer("chat")
          .definedBy("org.gta4j.chat..")
          .layer("model")
          .definedBy("org.gta4j.model..")
          .layer("generate")
          .definedBy("org.gta4j.generate..")
          .layer("grammar")
          .definedBy("org.gta4j.grammar..")
          .layer("answer")
          .definedBy("org.gta4j.answer..")
          .layer("cost")
          .definedBy("org.gta4j.cost..")
          .layer("measure")
          .definedBy("org.gta4j.measure..")
          .whereLayer("tensor")
          .mayNotAccessAnyLayer()
          .whereLayer("attention")
          .mayNotAccessAnyLayer()
          .whereLayer("cache")
          .mayOnlyAccessLayers("tensor", "attention")
          .whereLayer("cache.disk")
          .mayOnlyAccessLayers("tensor", "attention", "cache", "checkpoint")
          .whereLayer("ops")
          .mayOnlyAccessLayers("tensor", "attention", "cache")
          .whereLayer("checkpoint")
          .mayOnlyAccessLayers("tensor")
          .whereLayer("tokenizer")
          .mayOnlyAccessLayers("checkpoint")
          .whereLayer("template")
          .mayNotAccessAnyLayer()
          .whereLayer("chat")
          .mayOnlyAccessLayers("checkpoint", "tokenizer", "template")
          .whereLayer("model")
          .mayOnlyAccessLayers("tensor", "attention", "cache", "ops", "checkpoint")
          .whereLayer("grammar")
          .mayOnlyAccessLayers("tokenizer", "generate")
          .whereLayer("answer")
          .mayOnlyAccessLayers("tokenizer", "chat", "model", "generate", "grammar")
          .whereLayer("answer")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("cost")
          .mayOnlyAccessLayers("tensor", "attention", "cache", "checkpoint", "model")
          .whereLayer("measure")
          .mayOnlyAccessLayers("tensor", "attention", "cache", "ops", "checkpoint", "model", "cost")
          .whereLayer("measure")
          .mayNotBeAccessedByAnyLayer();

  /** Of checkpoints they know the exception that a template's mistake is, and nothing else. */
  @ArchTest
  static final ArchRule CALLS_OF_TOOLS_KNOW_CHATS_TEMPLATES_AND_TOKENIZERS =
      noClasses()
          .that()
          .resideInAPackage("org.gta4j.chat.tools..")
          .should()
          .dependOnClassesThat(
              ofOursOutside("org.gta4j.chat..", "org.gta4j.template..", "org.gta4j.tokenizer..")
                  .and(
                      DescribedPredicate.not(
                          JavaClass.Predicates.simpleName("CheckpointException"))));

  @ArchTest
  static final ArchRule GRAMMARS_KNOW_OF_GENERATION_ONLY_WHAT_HOLDS_IT =
      noClasses()
          .that()
          .resideInAPackage("org.gta4j.grammar..")
          .should()
          .dependOnClassesThat(
              JavaClass.Predicates.resideInAPackage("org.gta4j.generate..")
                  .and(DescribedPredicate.not(JavaClass.Predicates.simpleName("TokenConstraint"))));

  @ArchTest
  static final ArchRule NO_CYCLES = slices().matching("org.gta4j.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule NOBODY_ASKS_WHICH_VARIANT_IT_SERVES =
      noClasses()
          .that()
          .resideInAnyPackage(
              "org.gta4j.attention..",
              "org.gta4j.cache..",
              "org.gta4j.ops..",
              "org.gta4j.generate..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.gta4j.model.variant..");

  @ArchTest
  static final ArchRule IMPLEMENTATIONS_OF_OPERATIONS_ARE_FOUND_NOT_NAMED =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.gta4j.ops.vector..", "org.gta4j.ops.scalar..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.gta4j.ops.vector..", "org.gta4j.ops.scalar..");

  @ArchTest
  static final ArchRule KERNELS_ARE_FOUND_NOT_NAMED =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.gta4j.kernels..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.gta4j.kernels..");

  @ArchTest
  static final ArchRule KERNELS_KNOW_OPERATIONS_AND_WHAT_THOSE_KNOW =
      noClasses()
          .that()
          .resideInAPackage("org.gta4j.kernels..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.gta4j.checkpoint..",
              "org.gta4j.tokenizer..",
              "org.gta4j.model..",
              "org.gta4j.generate..",
              "org.gta4j.cli..",
              "org.gta4j.embedded..");

  @ArchTest
  static final ArchRule ONE_CLASS_CALLS_KERNELS_AND_TWO_THE_C_LIBRARY =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("org.gta4j.kernels.Kernels")
          .and()
          .doNotHaveFullyQualifiedName("org.gta4j.train.workers.StandardOutput")
          .and()
          .haveNameNotMatching("org\\.gta4j\\.train\\.workers\\.Connections(\\$.*)?")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.lang.foreign.Linker");

  @ArchTest
  static final ArchRule ONLY_ONE_PACKAGE_USES_THE_VECTOR_API =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.gta4j.ops.vector..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jdk.incubator.vector..");

  @ArchTest
  static final ArchRule ONLY_HIDDEN_CLASSES_USE_THE_VECTOR_API =
      noClasses()
          .that()
          .arePublic()
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jdk.incubator.vector..");

  /** Templates come from strangers: what reads them must not know anything that does something. */
  @ArchTest
  static final ArchRule TEMPLATES_KNOW_NO_REFLECTION_AND_NO_FILES =
      noClasses()
          .that()
          .resideInAPackage("org.gta4j.template..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.lang.reflect..", "java.io..", "java.nio..", "java.net..", "tools.jackson..");

  @ArchTest
  static final ArchRule CORE_DOES_NOT_PRINT =
      noClasses()
          .that()
          .resideInAnyPackage(CORE)
          .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS);

  @ArchTest
  static final ArchRule NO_GENERIC_EXCEPTIONS =
      noClasses().should(GeneralCodingRules.THROW_GENERIC_EXCEPTIONS);

  /** docs/adding-a-variant.md says so. */
  @ArchTest
  static void variantsAreShortFiles(JavaClasses classes) throws IOException {
    Path folder = Path.of("..", "core", "src", "main", "java", "org", "gta4j", "model", "variant");
    for (String name :
        List.of("GroupedValueAttention", "GroupedHeadAttention", "GatedQueryAttention")) {
      assertThat(Files.readAllLines(folder.resolve(name + ".java"))).as(name).hasSizeLessThan(200);
      assertThat(classes.stream().filter(c -> !c.getPackageName().endsWith(".variant")))
          .as("classes outside that know " + name)
          .noneMatch(c ->
              c.getDirectDependenciesFromSelf().stream()
                  .anyMatch(d -> d.getTargetClass().getSimpleName().equals(name)));
    }
  }
}
