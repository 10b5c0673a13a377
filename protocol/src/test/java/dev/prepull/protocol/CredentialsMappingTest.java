package dev.prepull.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.prepull.credentials.NodeCredentials;
import dev.prepull.credentials.NodeCredentials.OfImage;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageReference;
import dev.prepull.protocol.v1.Credential;
import dev.prepull.protocol.v1.Credentials;
import dev.prepull.protocol.v1.FromController;
import dev.prepull.protocol.v1.ImageCredentials;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Credentials, written and read again. */
class CredentialsMappingTest {

  private static final ImageReference APP = ImageReference.parse("registry.example/team/app:1");
  private static final ImageReference WEB = ImageReference.parse("registry.example/team/web:1");
  private static final RegistryCredential PASSWORD =
      RegistryCredential.ofPassword("Secret ns/a", "user-1", "pass-1");
  private static final RegistryCredential EVERYTHING =
      new RegistryCredential("Secret ns/b", "user-2", "pass-2", "identity-2", "bearer-2");

  @Test
  void keepsEveryFieldTheOrderAndTheProblems() throws Exception {
    NodeCredentials credentials =
        new NodeCredentials(
            Map.of(
                APP, new OfImage(List.of(EVERYTHING, PASSWORD), List.of()),
                WEB, new OfImage(List.of(PASSWORD), List.of("Secret ns/c: does not exist"))));

    NodeCredentials received = overTheWire(credentials);

    assertThat(received).isEqualTo(credentials);
    assertThat(received.of(APP).credentials()).containsExactly(EVERYTHING, PASSWORD);
  }

  @Test
  void keepsThatThereAreNone() throws Exception {
    assertThat(overTheWire(NodeCredentials.EMPTY)).isEqualTo(NodeCredentials.EMPTY);
  }

  @Test
  void writesACredentialOnceHoweverManyImagesItIsFor() {
    OfImage both = new OfImage(List.of(PASSWORD), List.of());

    FromController message =
        AgentLinkMapper.credentials(new NodeCredentials(Map.of(APP, both, WEB, both)));

    assertThat(message.getCredentials().getCredentialsList()).hasSize(1);
    assertThat(message.getCredentials().getImagesList())
        .extracting(ImageCredentials::getCredentialsList)
        .containsExactly(List.of(0), List.of(0));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 1, Integer.MAX_VALUE})
  void refusesACredentialThatIsNotThereAndShowsNoSecret(int index) {
    Credentials message = with(ImageCredentials.newBuilder().setReference(APP.written()), index);

    assertThatThrownBy(() -> AgentLinkMapper.credentials(message))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "registry.example/team/app:1 names credential %d, and there are 1".formatted(index));
  }

  @Test
  void refusesCredentialsOfWhatIsNoImage() {
    Credentials message = with(ImageCredentials.newBuilder().setReference("A B"), 0);

    assertThatThrownBy(() -> AgentLinkMapper.credentials(message))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"A B\" is not an image reference")
        .hasMessageNotContaining("pass-1");
  }

  private static Credentials with(ImageCredentials.Builder image, int index) {
    return Credentials.newBuilder()
        .addCredentials(Credential.newBuilder().setUsername("user-1").setPassword("pass-1"))
        .addImages(image.addCredentials(index))
        .build();
  }

  private static NodeCredentials overTheWire(NodeCredentials credentials)
      throws InvalidProtocolBufferException {
    FromController received =
        FromController.parseFrom(AgentLinkMapper.credentials(credentials).toByteString());
    return AgentLinkMapper.credentials(received.getCredentials());
  }
}
