package dev.prepull.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.credentials.NodeCredentials.OfImage;
import dev.prepull.model.ImageReference;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a node's plan needs, by image. */
class NodeCredentialsTest {

  private static final ImageReference APP = ImageReference.parse("registry.example/team/app:1");
  private static final ImageReference WEB = ImageReference.parse("registry.example/team/web:1");
  private static final RegistryCredential CREDENTIAL =
      new RegistryCredential("Secret ns/a", "user-1", "pass-1", "identity-1", "bearer-1");

  @Test
  void hasNothingForAnImageThatIsNotNamed() {
    NodeCredentials credentials =
        new NodeCredentials(Map.of(APP, new OfImage(List.of(CREDENTIAL), List.of())));

    assertThat(credentials.of(WEB)).isEqualTo(OfImage.NOTHING);
  }

  @Test
  void isEmptyWhenThereIsNothingForAnyImage() {
    assertThat(new NodeCredentials(Map.of(APP, OfImage.NOTHING))).isEqualTo(NodeCredentials.EMPTY);
  }

  @Test
  void showsSourcesAndProblemsAlone() {
    NodeCredentials credentials =
        new NodeCredentials(
            Map.of(APP, new OfImage(List.of(CREDENTIAL), List.of("Secret ns/b: does not exist"))));

    assertThat(credentials.toString())
        .contains("registry.example/team/app:1", "Secret ns/a", "Secret ns/b: does not exist")
        .doesNotContain("user-1", "pass-1", "identity-1", "bearer-1");
  }
}
