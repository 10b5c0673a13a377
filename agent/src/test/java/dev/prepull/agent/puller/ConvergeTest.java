package dev.prepull.agent.puller;

import static dev.prepull.agent.puller.PullerFixture.APP;
import static dev.prepull.agent.puller.PullerFixture.DB;
import static dev.prepull.agent.puller.PullerFixture.NEW;
import static dev.prepull.agent.puller.PullerFixture.OLD;
import static dev.prepull.agent.puller.PullerFixture.byDigest;
import static dev.prepull.agent.puller.PullerFixture.entry;
import static dev.prepull.agent.puller.PullerFixture.onlyReported;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How the node comes to hold exactly what is locked, and what it says when it does not. */
class ConvergeTest {

  private final PullerFixture node = new PullerFixture();

  @Test
  void pullsTheLockedDigestThoughTheTagHasMoved() {
    node.runtime.push(APP, OLD);
    node.runtime.push(APP, NEW);
    node.planned(APP);
    node.locked(APP, OLD);

    node.converged(APP);

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
    assertThat(node.held(APP)).contains(OLD);
    assertThat(node.runtime.asked()).containsExactly(byDigest(APP, OLD));
  }

  @Test
  void keepsTheOldImageUntilTheNewOneIsComplete() {
    List<Optional<ImageDigest>> halfWay = new ArrayList<>();
    node.runtime.hold(APP, OLD);
    node.runtime.push(APP, NEW);
    node.runtime.midway(() -> halfWay.add(node.held(APP)));
    node.planned(APP);
    node.locked(APP, NEW);

    node.converged(APP);

    assertThat(halfWay).containsExactly(Optional.of(OLD));
    assertThat(node.held(APP)).contains(NEW);
  }

  @Test
  void onlyNamesContentThatIsThere() {
    node.runtime.hold(DB, OLD);
    node.planned(APP);
    node.locked(APP, OLD);

    node.converged(APP);

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
    assertThat(node.runtime.asked()).isEmpty();
  }

  @Test
  void pullsNothingThatHasArrivedByOtherMeans() {
    node.planned(APP);
    node.locked(APP, OLD);
    long permit = node.converging(APP);
    node.runtime.hold(APP, OLD);

    node.finishAll();

    assertThat(node.end(permit)).isEqualTo(ImageReport.present(APP, OLD, 1_000).withPermit(permit));
    assertThat(node.runtime.asked()).isEmpty();
  }

  @Test
  void failsWhereTheRuntimeCannotNameWhatTheTagNoLongerMeans() {
    node.runtime.namingSupported(false);
    node.runtime.push(APP, OLD);
    node.runtime.push(APP, NEW);
    node.planned(APP);
    node.locked(APP, OLD);

    node.converged(APP);

    assertThat(node.state(APP)).isEqualTo(ImageState.FAILED);
    assertThat(node.problem(APP).reason()).isEqualTo(PullReason.DRIFT);
  }

  @Test
  void reportsDriftWithBothDigests() {
    node.runtime.hold(APP, NEW);
    node.planned(APP);

    node.locked(APP, OLD);

    assertThat(node.state(APP)).isEqualTo(ImageState.DRIFTED);
    assertThat(node.report(APP).digest()).isEqualTo(NEW);
    assertThat(node.problem(APP).reason()).isEqualTo(PullReason.DRIFT);
    assertThat(node.problem(APP).message()).contains(OLD.value(), NEW.value());
  }

  @Test
  void bringsBackWhatHasDriftedOnceItIsAllowed() {
    node.runtime.push(APP, OLD);
    node.runtime.hold(APP, NEW);
    node.planned(APP);
    node.locked(APP, OLD);

    node.converged(APP);

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
    assertThat(node.held(APP)).contains(OLD);
  }

  @Test
  void noticesAtThePollWhatSomebodyElseReplaced() {
    node.pulled(entry(APP), OLD);
    node.runtime.hold(APP, NEW);

    node.polled();

    assertThat(node.state(APP)).isEqualTo(ImageState.DRIFTED);
    assertThat(node.told.vanished).containsExactly(APP);
  }

  @Test
  void saysWhatToDoAboutDriftThatIsOnlyReported() {
    node.runtime.hold(APP, NEW);
    node.planned(onlyReported(APP));

    node.locked(APP, OLD);

    assertThat(node.problem(APP).message()).contains("onDrift", byDigest(APP, OLD).toString());
  }

  @Test
  void isNoLongerDriftedOnceTheLockHasFollowed() {
    node.runtime.hold(APP, NEW);
    node.planned(APP);
    node.locked(APP, OLD);

    node.locked(APP, NEW);

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
    assertThat(node.report(APP).problem()).isNull();
  }

  @Test
  void takesADigestReferenceForItsOwnLock() {
    ImageReference locked = byDigest(APP, OLD);
    node.runtime.push(APP, OLD);
    node.planned(locked);
    node.locked(locked, NEW);

    node.converged(locked);

    assertThat(node.state(locked)).isEqualTo(ImageState.PRESENT);
    assertThat(node.held(locked)).contains(OLD);
  }

  @Test
  void forgetsTheLockOfAnEntryThatIsWrittenDifferently() {
    ImageReference brief = ImageReference.parse("nginx:1");
    ImageReference complete = ImageReference.parse("docker.io/library/nginx:1");
    node.runtime.hold(brief, NEW);
    node.planned(brief);
    node.locked(brief, OLD);

    node.planned(complete);

    assertThat(node.state(complete)).isEqualTo(ImageState.PRESENT);
  }

  @Test
  void keepsTheLockOfAnEntryWhosePolicyChanges() {
    node.runtime.hold(APP, NEW);
    node.planned(APP);
    node.locked(APP, OLD);

    node.planned(entry(APP, 7));

    assertThat(node.state(APP)).isEqualTo(ImageState.DRIFTED);
  }

  @Test
  void holdsAnImageToAnyOfTheDigestsThatItWasPulledBy() {
    node.runtime.hold(APP, OLD);
    node.runtime.alsoKnownBy(APP, NEW);
    node.planned(APP);

    node.locked(APP, NEW);

    assertThat(node.report(APP)).isEqualTo(ImageReport.present(APP, NEW, 1_000));
  }

  @Test
  void pullsNothingThatHasArrivedUnderASecondDigest() {
    node.planned(APP);
    node.locked(APP, NEW);
    node.converging(APP);
    node.runtime.hold(APP, OLD);
    node.runtime.alsoKnownBy(APP, NEW);

    node.finishAll();

    assertThat(node.report(APP).state()).isEqualTo(ImageState.PRESENT);
    assertThat(node.report(APP).digest()).isEqualTo(NEW);
    assertThat(node.runtime.asked()).isEmpty();
  }
}
