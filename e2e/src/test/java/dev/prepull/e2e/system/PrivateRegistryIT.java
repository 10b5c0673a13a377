package dev.prepull.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.DockerNode;
import dev.prepull.e2e.testbed.Registry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A registry that wants a password, and nodes that have it in a docker config, or another one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PrivateRegistryIT {

  private static final String USER = "alice";
  private static final String RIGHT = "Right-Horse-Battery-41";
  private static final String WRONG = "Wrong-Donkey-Staple-17";
  private static final String CONFIG = "node-docker-config.json";

  /** After a second refusal an image waits for up to a minute. */
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Fleet fleet = new Fleet(PATIENCE);
  private final Registry guarded = fleet.addGuardedRegistry(USER, RIGHT);

  @BeforeAll
  void start() {
    String config = fleet.write(CONFIG, auths()).toString();
    fleet.addNode(
        "containerd-1-7", Nodes.containerd(ContainerdNode.Version.V1_7), "--docker-config", config);
    fleet.addNode("docker-20", Nodes.docker(DockerNode.Version.V20), "--docker-config", config);
  }

  @AfterAll
  void stop() {
    fleet.close();
  }

  @Test
  void theNextCredentialIsTriedWhereTheMoreExactOneIsWrong() {
    String image = push("exact/app");
    configure(entry("/exact", WRONG), entry("", RIGHT));

    fleet.list(image);

    fleet.awaitIdentical(image);
    fleet.awaitHeld(image);
  }

  @Test
  void aWrongCredentialIsNamedWithItsRegistryAndSource() {
    String image = push("wrong/app");
    configure(entry("", WRONG));

    fleet.list(image);

    fleet.awaitReason(image, "Unauthorized");
    assertThat(fleet.message(image)).contains(image, guarded.host(), CONFIG, "Name a Secret for");
  }

  @Test
  void aMissingCredentialIsNamedWithItsRegistry() {
    String image = push("missing/app");
    configure();

    fleet.list(image);

    fleet.awaitReason(image, "Unauthorized");
    assertThat(fleet.message(image)).contains("there is no credential for it", guarded.host());
  }

  @Test
  void aRotatedCredentialIsUsedWithoutARestart() {
    String image = push("rotated/app");
    configure(entry("", WRONG));
    fleet.list(image);
    fleet.awaitReason(image, "Unauthorized");
    List<Long> agents = agentsProcesses();

    configure(entry("", RIGHT));

    fleet.awaitIdentical(image);
    assertThat(agentsProcesses()).isEqualTo(agents);
  }

  @Test
  void noSecretIsShownAnywhere() {
    String refused = push("secret/refused");
    String pulled = push("secret/pulled");
    configure(entry("/secret/refused", WRONG), entry("/secret/pulled", RIGHT));
    fleet.list(refused, pulled);
    fleet.awaitReason(refused, "Unauthorized");
    fleet.awaitIdentical(pulled);

    String shown = fleet.everythingShown();

    assertThat(shown).contains(refused, pulled, "Unauthorized", "prepull_");
    assertThat(secrets()).noneMatch(shown::contains);
  }

  private String push(String repository) {
    return fleet.push(repository, "1").replace(fleet.registry().host(), guarded.host());
  }

  private List<Long> agentsProcesses() {
    return fleet.nodes().keySet().stream().map(node -> fleet.agent(node).pid()).toList();
  }

  private void configure(String... entries) {
    var _ = fleet.write(CONFIG, auths(entries));
  }

  private static String auths(String... entries) {
    return "{\"auths\": {%s}}".formatted(String.join(", ", entries));
  }

  private String entry(String path, String password) {
    return "\"%s%s\": {\"auth\": \"%s\"}".formatted(guarded.host(), path, auth(password));
  }

  private static String auth(String password) {
    return Base64.getEncoder()
        .encodeToString((USER + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> secrets() {
    return Stream.of(RIGHT, WRONG)
        .flatMap(password -> Stream.of(password, auth(password)))
        .toList();
  }
}
