package dev.prepull.agent.puller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.agent.report.ReportBook;
import dev.prepull.agent.runtime.FakeImageRuntime;
import dev.prepull.loop.FakeEventLoop;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImagePolicy;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlannedImage;
import dev.prepull.model.PullPermit;
import dev.prepull.model.PullProblem;
import dev.prepull.model.PullReason;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The puller in virtual time, on a fake runtime whose calls end when the test says so. */
class PullerTest {

  private static final ImageReference APP = ImageReference.parse("registry.example/team/app:1");
  private static final ImageReference WEB = ImageReference.parse("registry.example/team/web:1");
  private static final ImageReference DB = ImageReference.parse("registry.example/team/db:1");
  private static final ImageDigest DIGEST = new ImageDigest("sha256:" + "a".repeat(64));
  private static final Duration POLL = Duration.ofSeconds(60);

  private final FakeEventLoop loop = new FakeEventLoop();
  private final FakeThreads threads = new FakeThreads();
  private final FakeImageRuntime runtime = new FakeImageRuntime();
  private final ReportBook book = new ReportBook();
  private final Puller puller =
      new Puller(
          loop, runtime, threads, new Backoff(new Random(1)), new PullerSettings(2, POLL), book);

  @Test
  void reportsWhatTheRuntimeHoldsWithoutPullingIt() {
    runtime.hold(APP, DIGEST);

    planned(APP);

    assertThat(report(APP)).isEqualTo(ImageReport.present(APP, DIGEST, 1_000));
    assertThat(runtime.pulls()).isEmpty();
  }

  @Test
  void waitsForItsGrantBeforeItPulls() {
    runtime.push(APP, DIGEST);

    planned(APP);

    assertThat(report(APP).state()).isEqualTo(ImageState.WAITING);
    assertThat(threads.underWay()).isZero();
  }

  @Test
  void pullsWhatIsMissingOnceItIsGranted() {
    runtime.push(APP, DIGEST);
    planned(APP);

    granted(APP);
    finishAll();

    assertThat(report(APP)).isEqualTo(ImageReport.present(APP, DIGEST, 1_000));
    assertThat(runtime.pulls()).containsExactly(APP);
  }

  @Test
  void doesNotTransferAnImageThatArrivedWhileItWasQueued() {
    planned(APP);
    granted(APP);
    runtime.hold(APP, DIGEST);

    finishAll();

    assertThat(report(APP).state()).isEqualTo(ImageState.PRESENT);
    assertThat(runtime.pulls()).isEmpty();
  }

  @Test
  void keepsToItsNumberOfSlotsAndToThePlansOrder() {
    List.of(APP, WEB, DB).forEach(reference -> runtime.push(reference, DIGEST));
    planned(planned(APP, 0), planned(WEB, 0), planned(DB, 10));

    granted(APP, WEB, DB);

    assertThat(report(DB).state()).isEqualTo(ImageState.PULLING);
    assertThat(report(APP).state()).isEqualTo(ImageState.PULLING);
    assertThat(report(WEB).state()).isEqualTo(ImageState.GRANTED);
    finishAll();
    assertThat(runtime.pulls()).containsExactly(DB, APP, WEB);
  }

  @Test
  void triesAgainLaterAfterATransientFailure() {
    ImageReference dead = ImageReference.parse(FakeImageRuntime.DEAD_REGISTRY + "/team/app:1");
    planned(dead);

    granted(dead);
    finishAll();

    assertThat(report(dead).state()).isEqualTo(ImageState.FAILED);
    assertThat(problem(dead).reason()).isEqualTo(PullReason.REGISTRY_UNAVAILABLE);
    assertThat(problem(dead).attempt()).isEqualTo(1);
    assertThat(problem(dead).message()).contains(dead.written(), "connection refused");
    assertThat(problem(dead).nextRetry())
        .isBetween(loop.now().plusSeconds(1), loop.now().plusSeconds(2));
    loop.advance(Duration.ofSeconds(2));
    finishAll();
    assertThat(problem(dead).attempt()).isEqualTo(2);
  }

  @Test
  void triesSlowlyWhatTheRegistryDoesNotHave() {
    planned(APP);

    granted(APP);
    finishAll();

    assertThat(problem(APP).reason()).isEqualTo(PullReason.NOT_FOUND);
    assertThat(problem(APP).nextRetry()).isAfterOrEqualTo(loop.now().plusSeconds(15));
  }

  @Test
  void isNotHeldUpByAnImageThatFails() {
    runtime.push(WEB, DIGEST);
    planned(APP, WEB);

    granted(APP, WEB);
    finishAll();

    assertThat(report(APP).state()).isEqualTo(ImageState.FAILED);
    assertThat(report(WEB).state()).isEqualTo(ImageState.PRESENT);
  }

  @Test
  void cancelsThePullOfAnImageThatLeavesThePlan() {
    runtime.push(APP, DIGEST);
    planned(APP);
    granted(APP);

    planned(WEB);
    finishAll();

    assertThat(runtime.pulls()).isEmpty();
    assertThat(book.all()).extracting(ImageReport::reference).containsExactly(WEB);
  }

  @Test
  void keepsAPullThatIsStillWantedWhenThePlanChanges() {
    runtime.push(APP, DIGEST);
    planned(APP);
    granted(APP);

    plan(planned(APP, 7), planned(WEB, 0));
    finishAll();

    assertThat(report(APP).state()).isEqualTo(ImageState.PRESENT);
    assertThat(runtime.pulls()).containsExactly(APP);
  }

  @Test
  void givesASlotBackOnlyWhenTheCancelledCallHasEnded() {
    List.of(APP, WEB, DB).forEach(reference -> runtime.push(reference, DIGEST));
    planned(APP, WEB);
    granted(APP, WEB);

    plan(planned(DB, 0));
    threads.runNewest();
    granted(DB);
    assertThat(report(DB).state()).isEqualTo(ImageState.GRANTED);
    threads.runOldest();
    loop.run();
    assertThat(report(DB).state()).isEqualTo(ImageState.PULLING);
    finishAll();

    assertThat(report(DB).state()).isEqualTo(ImageState.PRESENT);
    assertThat(runtime.pulls()).containsExactly(DB);
  }

  @Test
  void endsAPullThatShowsNoProgress() {
    runtime.push(APP, DIGEST);
    planned(APP);
    granted(APP);

    loop.advance(ImagePolicy.DEFAULT.pullTimeout().plusSeconds(1));
    finishAll();

    assertThat(report(APP).state()).isEqualTo(ImageState.FAILED);
    assertThat(problem(APP).reason()).isEqualTo(PullReason.TIMEOUT);
    assertThat(problem(APP).message()).contains("30m");
  }

  @Test
  void pullsAgainWhatDisappears() {
    runtime.push(APP, DIGEST);
    planned(APP);
    granted(APP);
    finishAll();
    runtime.evict(APP);

    loop.advance(POLL);
    finishAll();

    assertThat(report(APP).state()).isEqualTo(ImageState.PRESENT);
    assertThat(runtime.pulls()).containsExactly(APP, APP);
  }

  @Test
  void noticesAnImageThatSomebodyElsePullsDuringBackOff() {
    planned(APP);
    granted(APP);
    finishAll();
    runtime.hold(APP, DIGEST);

    puller.check();
    finishAll();

    assertThat(report(APP).state()).isEqualTo(ImageState.PRESENT);
  }

  @Test
  void keepsAskingARuntimeThatDoesNotAnswer() {
    runtime.hold(APP, DIGEST);
    runtime.down(true);
    planned(APP);
    assertThat(book.all()).isEmpty();
    runtime.down(false);

    loop.advance(Duration.ofSeconds(2));
    finishAll();

    assertThat(report(APP).state()).isEqualTo(ImageState.PRESENT);
  }

  @Test
  void forgetsThePlanWhenClosed() {
    runtime.push(APP, DIGEST);
    planned(APP);
    granted(APP);

    puller.close();
    finishAll();

    assertThat(runtime.pulls()).isEmpty();
  }

  private static PlannedImage planned(ImageReference reference, int priority) {
    ImagePolicy policy = ImagePolicy.DEFAULT;
    return new PlannedImage(
        reference,
        new ImagePolicy(
            policy.pullPolicy(),
            priority,
            policy.pin(),
            policy.maxSizeBytes(),
            policy.pullTimeout(),
            policy.onRemoval(),
            policy.onDrift()));
  }

  private void plan(PlannedImage... images) {
    puller.plan(NodePlan.of(Arrays.asList(images)));
    loop.run();
  }

  /** Plans these images and lets the runtime answer what it holds. */
  private void planned(PlannedImage... images) {
    plan(images);
    finishAll();
  }

  private void planned(ImageReference... references) {
    plan(
        Arrays.stream(references)
            .map(reference -> planned(reference, 0))
            .toArray(PlannedImage[]::new));
    threads.runOldest();
    loop.run();
  }

  private void granted(ImageReference... references) {
    puller.permit(
        Arrays.stream(references)
            .map(reference -> new PullPermit(1, reference, PullPermit.Purpose.CONVERGE, List.of()))
            .toList());
    loop.run();
  }

  private void finishAll() {
    loop.run();
    while (threads.underWay() > 0) {
      threads.runOldest();
      loop.run();
    }
  }

  private PullProblem problem(ImageReference reference) {
    return Objects.requireNonNull(report(reference).problem(), "no problem was reported");
  }

  private ImageReport report(ImageReference reference) {
    return book.all().stream()
        .filter(report -> report.reference().equals(reference))
        .findFirst()
        .orElseThrow();
  }
}
