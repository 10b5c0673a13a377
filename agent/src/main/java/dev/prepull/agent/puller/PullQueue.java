package dev.prepull.agent.puller;

import dev.prepull.agent.puller.disk.DiskBudget;
import dev.prepull.loop.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the node's slots to images that may be pulled, in the plan's order, and watches the pulls
 * that run. Lives on the puller's loop.
 */
final class PullQueue {

  private static final Logger log = LoggerFactory.getLogger(PullQueue.class);
  private static final Duration TICK = Duration.ofMillis(500);

  /** How long no pull begins after the runtime has found the disk full. */
  static final Duration PAUSE = Duration.ofSeconds(30);

  private final TrackedImages images;
  private final RuntimeCalls calls;
  private final DiskBudget disk;
  private final int slots;
  private final PullEndings endings;
  private final Ownership ownership;

  /** Every pull whose thread has not ended, cancelled ones included. */
  private final Set<RunningPull> running = new LinkedHashSet<>();

  private Instant pausedUntil = Instant.EPOCH;
  private boolean ticking;

  PullQueue(
      TrackedImages images,
      RuntimeCalls calls,
      DiskBudget disk,
      int slots,
      PullEndings endings,
      Ownership ownership) {
    this.images = images;
    this.calls = calls;
    this.disk = disk;
    this.slots = slots;
    this.endings = endings;
    this.ownership = ownership;
  }

  /** Starts whatever may start. */
  void startPulls() {
    if (pausedUntil.isAfter(loop().now())) {
      return;
    }
    for (TrackedImage image : images.all()) {
      if (running.size() >= slots) {
        return;
      }
      if (image.isAllowed() && !image.isDeferred()) {
        start(image);
      }
    }
  }

  private void start(TrackedImage image) {
    RunningPull pull = new RunningPull(image.task(), disk, loop().now());
    running.add(pull);
    image.begin(pull);
    log.atInfo()
        .addKeyValue("image", image.reference())
        .addKeyValue("digest", pull.task().looks() ? "as the registry says" : pull.task().target())
        .addKeyValue("attempt", image.failures() + 1)
        .log("Pulling");
    ownership.working(image.reference());
    pull.start(calls, this::end);
    tick();
  }

  private void end(RunningPull pull, PullEnd end) {
    running.remove(pull);
    ownership.worked(pull.task().reference());
    images.all().forEach(image -> image.deferred(false));
    if (end instanceof PullEnd.Failed(var failed) && PullEndings.isDiskFull(failed)) {
      pause();
    }
    images
        .of(pull.task().reference())
        .filter(image ->
            image.state() instanceof PullState.Pulling(RunningPull latest, _) && latest == pull)
        .ifPresentOrElse(
            image -> endings.end(image, pull, end, !running.isEmpty()),
            () -> endings.endUnwanted(pull, end));
    startPulls();
  }

  /** Once the disk is full every pull fails, and the more of them end the more room there is. */
  private void pause() {
    pausedUntil = loop().now().plus(PAUSE);
    running.forEach(pull -> pull.stop(RunningPull.Stop.DISK_FULL));
    loop().after(PAUSE, this::startPulls);
  }

  // --- watching ---------------------------------------------------------------------------------

  private void tick() {
    if (!ticking && !running.isEmpty()) {
      ticking = true;
      loop()
          .after(
              TICK,
              () -> {
                ticking = false;
                images.all().forEach(this::watch);
                watchDisk();
                tick();
              });
    }
  }

  private void watch(TrackedImage image) {
    if (image.state() instanceof PullState.Pulling(RunningPull pull, _)) {
      if (pull.observe(loop().now())) {
        image.tell();
      }
      Duration silence = Duration.between(pull.lastMoved(), loop().now());
      if (silence.compareTo(image.patience()) >= 0) {
        pull.stop(RunningPull.Stop.TIMED_OUT);
      }
    }
  }

  /** Whoever fills the disk, pulls make room: the newest first, for it has the least to lose. */
  private void watchDisk() {
    if (disk.reading().on() && !running.isEmpty()) {
      calls.ask(
          runtime -> {
            disk.refresh();
            return disk.judge(0);
          },
          lacks ->
              lacks.ifPresent(verdict ->
                  running.stream()
                      .max(Comparator.comparing(RunningPull::began))
                      .ifPresent(newest -> newest.refuse(new Refusal.NoRoom(verdict, 0)))),
          message -> log.debug("The disk was not looked at: {}", message));
    }
  }

  private EventLoop loop() {
    return calls.loop();
  }
}
