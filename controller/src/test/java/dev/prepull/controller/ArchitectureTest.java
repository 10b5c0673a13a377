package dev.prepull.controller;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The import direction of the controller: a package imports only what stands further down. */
@AnalyzeClasses(
    packages = "dev.prepull.controller",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule importsPointDownwards =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("main")
          .definedBy("dev.prepull.controller")
          .layer("edges")
          .definedBy(
              "dev.prepull.controller.kube..",
              "dev.prepull.controller.standalone..",
              "dev.prepull.controller.link..",
              "dev.prepull.controller.credentials..",
              "dev.prepull.controller.webhook..",
              "dev.prepull.controller.admin..")
          .layer("signal")
          .definedBy("dev.prepull.controller.signal..")
          .layer("reconcile")
          .definedBy("dev.prepull.controller.reconcile..")
          .layer("rollout")
          .definedBy("dev.prepull.controller.rollout..")
          .layer("status")
          .definedBy("dev.prepull.controller.status..")
          .layer("plan")
          .definedBy("dev.prepull.controller.plan..")
          .layer("list")
          .definedBy("dev.prepull.controller.list..")
          .layer("tls")
          .definedBy("dev.prepull.controller.tls..")
          .whereLayer("main")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("edges")
          .mayOnlyBeAccessedByLayers("main")
          .whereLayer("tls")
          .mayOnlyBeAccessedByLayers("main", "edges")
          .whereLayer("signal")
          .mayOnlyBeAccessedByLayers("main", "edges")
          .whereLayer("reconcile")
          .mayOnlyBeAccessedByLayers("main", "edges", "signal")
          .whereLayer("rollout")
          .mayOnlyBeAccessedByLayers("main", "edges", "reconcile")
          .whereLayer("status")
          .mayOnlyBeAccessedByLayers("main", "edges", "signal", "reconcile", "rollout")
          .whereLayer("plan")
          .mayOnlyBeAccessedByLayers("main", "edges", "reconcile", "rollout", "status")
          .whereLayer("list")
          .mayOnlyBeAccessedByLayers("main", "edges", "reconcile", "rollout", "status", "plan");

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("dev.prepull.controller.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule onlyKubeKnowsTheKubernetesClient =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.prepull.controller.kube..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.kubernetes..");

  @ArchTest
  static final ArchRule onlyCredentialsKnowsTheClouds =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.prepull.controller.credentials..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "software.amazon..", "com.google.auth..", "com.azure..", "com.microsoft..");

  @ArchTest
  static final ArchRule onlyLinkSpeaksGrpc =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.prepull.controller.link..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.vertx.grpc..", "com.google.protobuf..", "dev.prepull.protocol.v1..");

  @ArchTest
  static final ArchRule theMiddleIsFreeOfVertx =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.prepull.controller.list..",
              "dev.prepull.controller.plan..",
              "dev.prepull.controller.status..",
              "dev.prepull.controller.rollout..",
              "dev.prepull.controller.reconcile..",
              "dev.prepull.controller.signal..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.vertx..");

  @ArchTest
  static final ArchRule timeAndChanceComeFromMain =
      noClasses()
          .that()
          .doNotHaveSimpleName("ControllerMain")
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
