package org.gta4j.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "org.gta4j")
final class ModulesTest {
  @ArchTest
  static final ArchRule CORE_KNOWS_NOBODY =
      noClasses()
          .that()
          .resideInAPackage("org.gta4j.core..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.gta4j.cli..", "org.gta4j.embedded..", "org.gta4j.bench..");
}
