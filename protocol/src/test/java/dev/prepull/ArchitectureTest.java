package dev.prepull;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What the shared module may depend on. */
@AnalyzeClasses(packages = "dev.prepull", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule modelDependsOnTheJdkAlone =
      classes()
          .that()
          .resideInAPackage("dev.prepull.model..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "org.jspecify..", "dev.prepull.model..");

  @ArchTest
  static final ArchRule credentialsNeedNothingButAJsonParser =
      classes()
          .that()
          .resideInAPackage("dev.prepull.credentials..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "org.jspecify..",
              "com.fasterxml.jackson.core..",
              "dev.prepull.model..",
              "dev.prepull.credentials..");

  @ArchTest
  static final ArchRule programKnowsNothingOfTheWire =
      noClasses()
          .that()
          .resideInAnyPackage("dev.prepull.program..", "dev.prepull.loop..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.prepull.protocol..", "com.google.protobuf..");

  @ArchTest
  static final ArchRule generatedCodeStaysInTheProtocolPackage =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.prepull.protocol..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.prepull.protocol.v1..");
}
