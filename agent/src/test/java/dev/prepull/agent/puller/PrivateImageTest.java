package dev.prepull.agent.puller;

import static dev.prepull.agent.puller.PullerFixture.APP;
import static dev.prepull.agent.puller.PullerFixture.NEW;
import static dev.prepull.agent.puller.PullerFixture.OLD;
import static dev.prepull.agent.puller.PullerFixture.WEB;
import static dev.prepull.agent.puller.PullerFixture.blob;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullReason;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node and a registry that wants to see credentials. */
class PrivateImageTest {

  private static final long MIB = 1 << 20;
  private static final RegistryCredential WRONG =
      RegistryCredential.ofPassword("/wrong.json", "alice", "wrong-secret");
  private static final RegistryCredential RIGHT =
      RegistryCredential.ofPassword("/right.json", "alice", "right-secret");

  private final PullerFixture node = new PullerFixture();

  @BeforeEach
  void theRegistryIsPrivate() {
    node.runtime.push(APP, OLD);
    node.runtime.guard(APP.registry(), RIGHT, PullReason.UNAUTHORIZED);
  }

  @Test
  void asksForNoCredentialForWhatIsThere() {
    node.runtime.hold(APP, OLD);
    node.planned(APP);
    node.locked(APP, OLD);

    node.polled();

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
    assertThat(node.credentials.questions).isEmpty();
  }

  @Test
  void asksForNoCredentialForWhatHasArrivedByOtherMeans() {
    node.planned(APP);
    node.locked(APP, OLD);
    node.converging(APP);
    node.runtime.hold(APP, OLD);

    node.finishAll();

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
    assertThat(node.credentials.questions).isEmpty();
  }

  @Test
  void asksForNoCredentialForWhatDoesNotFit() {
    node.filesystem.space(1_000 * MIB, 200 * MIB);
    node.planned(APP);
    node.locked(APP, OLD);

    node.converged(APP, blob('1', 500 * MIB));

    assertThat(node.state(APP)).isEqualTo(ImageState.BLOCKED);
    assertThat(node.credentials.questions).isEmpty();
  }

  @Test
  void usesOnePermitForAllCredentials() {
    node.credentials.have(WRONG, RIGHT);
    node.planned(APP);

    long permit = node.looked(APP);

    assertThat(node.end(permit).state()).isEqualTo(ImageState.PRESENT);
    assertThat(node.runtime.shown()).containsExactly(WRONG, RIGHT);
  }

  @Test
  void countsAllCredentialsAsOneAttempt() {
    node.credentials.have(WRONG, WRONG);
    node.planned(APP);

    node.looked(APP);

    assertThat(node.state(APP)).isEqualTo(ImageState.FAILED);
    assertThat(node.problem(APP).reason()).isEqualTo(PullReason.UNAUTHORIZED);
    assertThat(node.problem(APP).attempt()).isEqualTo(1);
    assertThat(node.problem(APP).message())
        .contains("registry.example", "/wrong.json")
        .doesNotContain("wrong-secret");
  }

  @Test
  void findsARotatedCredentialWithTheNextAttempt() {
    node.credentials.have(WRONG);
    node.planned(APP);
    node.looked(APP);
    node.credentials.have(RIGHT);

    node.after(Duration.ofMinutes(1));
    node.looked(APP);

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
  }

  @Test
  void guardsTheDiskWhicheverCredentialOpensTheRegistry() {
    node.filesystem.space(1_000 * MIB, 200 * MIB);
    node.runtime.consist(OLD, List.of(blob('1', 500 * MIB)));
    node.credentials.have(WRONG, RIGHT);
    node.planned(APP);

    node.looked(APP);

    assertThat(node.state(APP)).isEqualTo(ImageState.BLOCKED);
    assertThat(node.problem(APP).reason()).isEqualTo(PullReason.DISK_PRESSURE);
    assertThat(node.held(APP)).isEmpty();
  }

  @Test
  void triesNoMoreOnceNobodyWantsTheImage() {
    node.credentials.have(WRONG, RIGHT);
    node.planned(APP);
    node.credentials.meanwhile(() -> node.plan());

    node.looked(APP);

    assertThat(node.runtime.shown()).isEmpty();
    assertThat(node.held(APP)).isEmpty();
    assertThat(node.threads.underWay()).isZero();
  }

  @Test
  void holdsUpNoImageOfAnotherRegistry() {
    node.runtime.push(WEB, NEW);
    node.runtime.guard(WEB.registry(), RIGHT, PullReason.UNAUTHORIZED);
    node.credentials.have(WRONG);
    node.planned(APP, WEB);
    node.looked(APP);
    node.credentials.have(RIGHT);

    node.looked(WEB);

    assertThat(node.state(APP)).isEqualTo(ImageState.FAILED);
    assertThat(node.state(WEB)).isEqualTo(ImageState.PRESENT);
  }
}
