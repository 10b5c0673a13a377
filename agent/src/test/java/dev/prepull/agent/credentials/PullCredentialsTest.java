package dev.prepull.agent.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.credentials.NodeCredentials;
import dev.prepull.credentials.NodeCredentials.OfImage;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageReference;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The controller's credentials before the node's own. */
class PullCredentialsTest {

  private static final ImageReference APP = ImageReference.parse("reg.example/app:1");
  private static final ImageReference WEB = ImageReference.parse("reg.example/web:1");
  private static final RegistryCredential TOLD =
      RegistryCredential.ofPassword("Secret prepull-system/told", "alice", "t-secret");
  private static final RegistryCredential ROTATED =
      RegistryCredential.ofPassword("Secret prepull-system/told", "alice", "r-secret");
  private static final RegistryCredential OWN =
      RegistryCredential.ofPassword("/root/.docker/config.json", "bob", "o-secret");

  private final PullCredentials credentials =
      new PullCredentials(
          image -> new FoundCredentials(List.of(OWN), List.of("/root/.dockercfg: is empty")));

  @Test
  void hasTheNodesOwnUntilSomethingIsTold() throws Exception {
    assertThat(credentials.find(APP).credentials()).containsExactly(OWN);
  }

  @Test
  void hasWhatWasToldFirst() throws Exception {
    credentials.replace(told(Map.of(APP, of(TOLD))));

    assertThat(credentials.find(APP).credentials()).containsExactly(TOLD, OWN);
    assertThat(credentials.find(WEB).credentials()).containsExactly(OWN);
  }

  @Test
  void tellsTheControllersProblemsBeforeTheNodesOwn() throws Exception {
    credentials.replace(
        told(
            Map.of(
                APP, new OfImage(List.of(), List.of("Secret prepull-system/told: is missing")))));

    assertThat(credentials.find(APP).problems())
        .containsExactly("Secret prepull-system/told: is missing", "/root/.dockercfg: is empty");
  }

  @Test
  void forgetsWhatWasToldBefore() throws Exception {
    credentials.replace(told(Map.of(APP, of(TOLD), WEB, of(TOLD))));

    credentials.replace(told(Map.of(APP, of(ROTATED))));

    assertThat(credentials.find(APP).credentials()).containsExactly(ROTATED, OWN);
    assertThat(credentials.find(WEB).credentials()).containsExactly(OWN);
  }

  @Test
  void namesTheImagesForWhichThereAreOtherCredentialsNow() {
    assertThat(credentials.replace(told(Map.of(APP, of(TOLD), WEB, of(TOLD)))))
        .containsExactlyInAnyOrder(APP, WEB);
    assertThat(credentials.replace(told(Map.of(APP, of(ROTATED), WEB, of(TOLD)))))
        .containsExactly(APP);
    assertThat(credentials.replace(told(Map.of(APP, of(ROTATED))))).containsExactly(WEB);
    assertThat(credentials.replace(told(Map.of(APP, of(ROTATED))))).isEmpty();
  }

  @Test
  void takesAnotherProblemForNoOtherCredential() {
    credentials.replace(told(Map.of(APP, new OfImage(List.of(TOLD), List.of()))));

    assertThat(
            credentials.replace(
                told(Map.of(APP, new OfImage(List.of(TOLD), List.of("Secret a/b: is missing"))))))
        .isEmpty();
  }

  private static NodeCredentials told(Map<ImageReference, OfImage> images) {
    return new NodeCredentials(images);
  }

  private static OfImage of(RegistryCredential... credentials) {
    return new OfImage(List.of(credentials), List.of());
  }
}
