package dev.prepull.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.Moto;
import dev.prepull.e2e.testbed.Registry;
import dev.prepull.e2e.testbed.Workspace;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * A controller with a role of AWS, nodes without any credential, and a registry that takes nothing
 * but ECR's token.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CloudRegistryIT {

  private static final String ECR = Moto.registry("eu-west-1");

  /** moto has no public ECR. */
  private static final String GALLERY = "public.ecr.aws";

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Workspace workspace = Workspace.temporary();
  private final Moto aws = Moto.start(workspace);
  private final Fleet fleet = new Fleet(PATIENCE, environment());
  private final Registry guarded = fleet.addGuardedRegistry("AWS", Moto.password());

  private Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>(aws.roleForServiceAccount());
    environment.put("PREPULL_CLOUD_REGISTRIES", "ecr");
    environment.put("AWS_EC2_METADATA_DISABLED", "true");
    return environment;
  }

  @BeforeAll
  void start() {
    addNode("containerd-1-7", ContainerdNode.Version.V1_7);
    addNode("containerd-2", ContainerdNode.Version.V2);
  }

  private void addNode(String name, ContainerdNode.Version version) {
    fleet.addNode(name, Nodes.containerd(version), "--docker-config", "");
    fleet.node(name).mapRegistry(ECR, guarded.url());
    fleet.node(name).mapRegistry(GALLERY, guarded.url());
  }

  @AfterAll
  void stop() {
    fleet.close();
    workspace.close();
  }

  private String push(String host, String repository) {
    return fleet.push(repository, "1").replace(fleet.registry().host(), host);
  }

  @Test
  void nodesPullWithTheTokenThatTheControllerWasGiven() {
    String image = push(ECR, "team/app");

    fleet.list(image);

    fleet.awaitIdentical(image);
    fleet.awaitHeld(image);
    assertThat(aws.log()).contains("\"POST / HTTP/1.1\" 200");
  }

  @Test
  void whatTheCloudDoesNotGiveIsSaidWhereThePullFails() {
    String image = push(GALLERY, "team/public");

    fleet.list(image);

    fleet.awaitReason(image, "Unauthorized");
    assertThat(fleet.message(image))
        .contains("the controller's token for public ECR: AWS gave none", "GetServiceBearerToken");
  }

  @Test
  void noSecretIsShownAnywhere() {
    String image = push(ECR, "team/secret");
    fleet.list(image);
    fleet.awaitIdentical(image);

    assertThat(fleet.everythingShown())
        .contains(image, "the controller's token for ECR of " + ECR)
        .doesNotContain(Moto.password());
  }
}
