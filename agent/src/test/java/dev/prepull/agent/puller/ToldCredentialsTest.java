package dev.prepull.agent.puller;

import static dev.prepull.agent.puller.PullerFixture.APP;
import static dev.prepull.agent.puller.PullerFixture.OLD;
import static dev.prepull.agent.puller.PullerFixture.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullReason;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A node whose controller tells it credentials. */
class ToldCredentialsTest {

  private static final RegistryCredential WRONG =
      RegistryCredential.ofPassword("Secret prepull-system/regcred", "alice", "wrong-secret");
  private static final RegistryCredential RIGHT =
      RegistryCredential.ofPassword("Secret prepull-system/regcred", "alice", "right-secret");
  private static final RegistryCredential OWN =
      RegistryCredential.ofPassword("/root/.docker/config.json", "bob", "own-secret");

  private final PullerFixture node = new PullerFixture();

  @BeforeEach
  void theRegistryIsPrivate() {
    node.runtime.push(APP, OLD);
    node.runtime.push(WEB, OLD);
    node.runtime.guard(APP.registry(), RIGHT, PullReason.UNAUTHORIZED);
  }

  @Test
  void showsWhatTheControllerToldBeforeWhatTheNodeHas() {
    node.credentials.have(OWN);
    node.planned(APP);
    node.credentials(APP, WRONG, RIGHT);

    node.looked(APP);

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
    assertThat(node.runtime.shown()).containsExactly(WRONG, RIGHT);
  }

  @Test
  void goesOnWithWhatTheNodeHas() {
    node.runtime.guard(APP.registry(), OWN, PullReason.UNAUTHORIZED);
    node.credentials.have(OWN);
    node.planned(APP);
    node.credentials(APP, WRONG);

    node.looked(APP);

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
    assertThat(node.runtime.shown()).containsExactly(WRONG, OWN);
  }

  @Test
  void showsNoOtherImagesCredential() {
    node.planned(APP, WEB);
    node.credentials(WEB, RIGHT);

    node.looked(APP);

    assertThat(node.runtime.shown()).containsExactly(RegistryCredential.ANONYMOUS);
  }

  @Test
  void dropsWhatWasToldBefore() {
    node.planned(APP);
    node.credentials(APP, RIGHT);
    node.credentials(APP, WRONG);

    node.looked(APP);

    assertThat(node.runtime.shown()).containsExactly(WRONG, RegistryCredential.ANONYMOUS);
  }

  @ParameterizedTest
  @EnumSource(
      value = PullReason.class,
      names = {"UNAUTHORIZED", "NOT_FOUND"})
  void asksForLeaveAtOnceWhenWhatWasRefusedHasOtherCredentials(PullReason answer) {
    node.runtime.guard(APP.registry(), RIGHT, answer);
    node.planned(APP);
    node.credentials(APP, WRONG);
    node.looked(APP);
    assertThat(node.problem(APP).reason()).isEqualTo(answer);

    node.credentials(APP, RIGHT);

    assertThat(node.state(APP)).isEqualTo(ImageState.WAITING);
    node.looked(APP);
    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
  }

  @Test
  void countsRefusalsFromTheStartWithOtherCredentials() {
    node.planned(APP);
    node.credentials(APP, WRONG);
    node.looked(APP);

    node.credentials(APP, OWN);
    node.looked(APP);

    assertThat(node.problem(APP).attempt()).isEqualTo(1);
  }

  @Test
  void letsWhatFailedForAnotherReasonWait() {
    node.failing(APP, PullReason.REGISTRY_UNAVAILABLE);
    node.planned(APP);
    node.credentials(APP, RIGHT);
    node.looked(APP);
    assertThat(node.problem(APP).reason()).isEqualTo(PullReason.REGISTRY_UNAVAILABLE);

    node.credentials(APP, OWN, RIGHT);

    assertThat(node.state(APP)).isEqualTo(ImageState.FAILED);
  }

  @Test
  void letsWhatWasRefusedWaitWhenTheSameIsToldAgain() {
    node.planned(APP);
    node.credentials(APP, WRONG);
    node.looked(APP);

    node.credentials(APP, WRONG);

    assertThat(node.state(APP)).isEqualTo(ImageState.FAILED);
  }

  @Test
  void letsOtherImagesWait() {
    node.planned(APP, WEB);
    node.looked(APP);

    node.credentials(WEB, RIGHT);

    assertThat(node.state(APP)).isEqualTo(ImageState.FAILED);
  }

  @Test
  void asksForLeaveAtOnceWhenThePullThatIsRefusedBeganWithOlderCredentials() {
    node.planned(APP);
    node.credentials(APP, WRONG);
    // The credentials have been looked up, and the registry has not answered yet.
    node.credentials.meanwhile(() -> node.credentials(APP, RIGHT));

    long permit = node.looked(APP);

    assertThat(node.end(permit).state()).isEqualTo(ImageState.FAILED);
    node.credentials.meanwhile(() -> {});
    node.after(Duration.ofMillis(1));
    assertThat(node.state(APP)).isEqualTo(ImageState.WAITING);
    node.looked(APP);
    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
  }

  @Test
  void keepsThemWhileTheControllerIsAway() {
    node.planned(APP);
    node.credentials(APP, RIGHT);
    node.puller.permit(node.looks(APP));

    node.attached(false);
    node.finishAll();

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
    assertThat(node.runtime.shown()).containsExactly(RIGHT);
  }

  @Test
  void keepsThemForAnotherPlanWithTheImage() {
    node.planned(APP);
    node.credentials(APP, RIGHT);
    node.planned(APP, WEB);

    node.looked(APP);

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
  }

  @Test
  void dropsThemWhenTheNextStreamGivesLeaveWithoutAny() {
    node.planned(APP);
    node.credentials(APP, RIGHT);
    node.attached(false);
    node.attached(true);

    node.looked(APP);

    assertThat(node.runtime.shown()).containsExactly(RegistryCredential.ANONYMOUS);
  }

  @Test
  void dropsThemWhenTheNextStreamTellsLocksWithoutAny() {
    node.planned(APP);
    node.credentials(APP, RIGHT);
    node.attached(false);
    node.attached(true);

    node.locked(APP, OLD);

    node.attached(false);
    node.attached(true);
    node.converged(APP);
    assertThat(node.runtime.shown()).containsExactly(RegistryCredential.ANONYMOUS);
  }

  @Test
  void keepsThemWhenTheNextStreamTellsTheSame() {
    node.planned(APP);
    node.credentials(APP, WRONG);
    node.looked(APP);
    node.attached(false);
    node.attached(true);

    node.credentials(APP, WRONG);

    assertThat(node.state(APP)).isEqualTo(ImageState.FAILED);
  }

  @Test
  void tellsNoSecretOfThem() {
    node.planned(APP);
    node.credentials(APP, WRONG);

    node.looked(APP);

    assertThat(node.problem(APP).message())
        .contains("Secret prepull-system/regcred", "registry.example")
        .doesNotContain("wrong-secret");
  }
}
