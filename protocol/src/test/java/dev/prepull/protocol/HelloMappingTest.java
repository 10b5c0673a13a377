package dev.prepull.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.NodeHello;
import dev.prepull.model.NodeName;
import dev.prepull.model.Platform;
import dev.prepull.model.RuntimeInfo;
import dev.prepull.protocol.v1.FromAgent;
import dev.prepull.protocol.v1.Hello;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The first message of a stream, written and read again. */
class HelloMappingTest {

  private static final ImageDigest DIGEST = new ImageDigest("sha256:" + "a".repeat(64));
  private static final HeldName TAGGED = new HeldName("docker.io/library/nginx:1", DIGEST);
  private static final HeldName BUILT_HERE = new HeldName("docker.io/library/own:1", null);

  @Test
  void keepsEveryFieldOfANode() throws Exception {
    NodeHello hello =
        hello(
            "linux/arm64/v8",
            Map.of("zone", "a", "role", ""),
            List.of(
                new HeldImage("sha256:1", List.of(TAGGED, BUILT_HERE), 42, true),
                new HeldImage("sha256:2", List.of(), 0, false)));

    assertThat(overTheWire(hello)).isEqualTo(hello);
  }

  @Test
  void keepsANodeThatHasNothingToTell() throws Exception {
    NodeHello hello = hello("linux/amd64", Map.of(), List.of());

    assertThat(overTheWire(hello)).isEqualTo(hello);
  }

  @ParameterizedTest
  @ValueSource(strings = {"blake3:abc", "sha256:short", "no digest"})
  void leavesOutANameWhoseDigestItCannotRead(String digest) {
    Hello message =
        wellFormed()
            .addInventory(
                dev.prepull.protocol.v1.HeldImage.newBuilder()
                    .setId("sha256:1")
                    .addNames(wireName("docker.io/library/new:1", digest))
                    .addNames(wireName(TAGGED.name(), DIGEST.value())))
            .build();

    assertThat(AgentLinkMapper.hello(message).inventory())
        .containsExactly(new HeldImage("sha256:1", List.of(TAGGED), 0, false));
  }

  @Test
  void refusesANodeWithoutAName() {
    assertThatThrownBy(() -> AgentLinkMapper.hello(wellFormed().clearNode().build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not a node name");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "linux", "linux/", "Linux/amd64", "linux/arm64/v8/x"})
  void refusesANodeWithoutAPlatform(String platform) {
    Hello message = wellFormed().setPlatform(platform).build();

    assertThatThrownBy(() -> AgentLinkMapper.hello(message))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "\"%s\" is not a platform: expected os/architecture, such as linux/amd64", platform);
  }

  private static NodeHello hello(
      String platform, Map<String, String> labels, List<HeldImage> inventory) {
    return new NodeHello(
        new NodeName("node-1"),
        new RuntimeInfo("containerd", "2.1.9"),
        Platform.parse(platform),
        "0.1.0",
        labels,
        3,
        inventory);
  }

  private static NodeHello overTheWire(NodeHello hello) throws InvalidProtocolBufferException {
    FromAgent received = FromAgent.parseFrom(AgentLinkMapper.hello(hello).toByteString());
    return AgentLinkMapper.hello(received.getHello());
  }

  private static Hello.Builder wellFormed() {
    return Hello.newBuilder().setNode("node-1").setPlatform("linux/amd64");
  }

  private static dev.prepull.protocol.v1.HeldName wireName(String name, String digest) {
    return dev.prepull.protocol.v1.HeldName.newBuilder().setName(name).setDigest(digest).build();
  }
}
