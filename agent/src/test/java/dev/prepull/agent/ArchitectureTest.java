package dev.prepull.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The import direction of the agent: a package imports only what stands further down. */
@AnalyzeClasses(
    packages = "dev.prepull.agent",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule importsPointDownwards =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("main")
          .definedBy("dev.prepull.agent")
          .layer("edges")
          .definedBy("dev.prepull.agent.link..", "dev.prepull.agent.admin..")
          .layer("report")
          .definedBy("dev.prepull.agent.report..")
          .layer("puller")
          .definedBy("dev.prepull.agent.puller..")
          .layer("adapters")
          .definedBy("dev.prepull.agent.runtime.cri..", "dev.prepull.agent.runtime.docker..")
          .layer("credentials")
          .definedBy("dev.prepull.agent.credentials..")
          .layer("runtime")
          .definedBy("dev.prepull.agent.runtime")
          .whereLayer("main")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("edges")
          .mayOnlyBeAccessedByLayers("main")
          .whereLayer("report")
          .mayOnlyBeAccessedByLayers("main", "edges")
          .whereLayer("puller")
          .mayOnlyBeAccessedByLayers("main", "edges", "report")
          .whereLayer("adapters")
          .mayOnlyBeAccessedByLayers("main")
          .whereLayer("credentials")
          .mayOnlyBeAccessedByLayers("main", "puller")
          .whereLayer("runtime")
          .mayOnlyBeAccessedByLayers("main", "puller", "adapters");

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("dev.prepull.agent.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule adaptersDoNotKnowEachOther =
      slices().matching("dev.prepull.agent.runtime.(*)..").should().notDependOnEachOther();

  @ArchTest
  static final ArchRule thePullersPartsDoNotKnowThePuller =
      noClasses()
          .that()
          .resideInAPackage("dev.prepull.agent.puller.*..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.prepull.agent.puller");

  @ArchTest
  static final ArchRule thePullersPartsDoNotKnowEachOther =
      slices().matching("dev.prepull.agent.puller.(*)..").should().notDependOnEachOther();

  @ArchTest
  static final ArchRule theJournalIsAMatterOfThePuller =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.prepull.agent", "dev.prepull.agent.puller..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.prepull.agent.puller.journal..");

  @ArchTest
  static final ArchRule theJournalDoesNotAskTheRuntime =
      noClasses()
          .that()
          .resideInAPackage("dev.prepull.agent.puller.journal..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.prepull.agent.runtime..");

  @ArchTest
  static final ArchRule onlyTheDockerAdapterKnowsDockerJava =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.prepull.agent.runtime.docker..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.github.dockerjava..");

  @ArchTest
  static final ArchRule onlyLinkAndCriSpeakGrpc =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.prepull.agent.link..", "dev.prepull.agent.runtime.cri..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.vertx.grpc..", "com.google.protobuf..", "dev.prepull.protocol.v1..");

  @ArchTest
  static final ArchRule onlyCredentialsStartPrograms =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.prepull.agent.credentials..")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.lang.ProcessBuilder");

  @ArchTest
  static final ArchRule theMiddleIsFreeOfVertx =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.prepull.agent.puller..",
              "dev.prepull.agent.report..",
              "dev.prepull.agent.credentials..",
              "dev.prepull.agent.runtime")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.vertx..");

  @ArchTest
  static final ArchRule timeAndChanceComeFromMain =
      noClasses()
          .that()
          .doNotHaveSimpleName("AgentMain")
          .should()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(java.time.Clock.class, "systemUTC")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom");
}
