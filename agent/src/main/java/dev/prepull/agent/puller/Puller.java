package dev.prepull.agent.puller;

import dev.prepull.agent.runtime.ImageRuntime;
import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.loop.EventLoop;
import dev.prepull.model.GoDuration;
import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlannedImage;
import dev.prepull.model.PullPermit;
import dev.prepull.model.PullProblem;
import dev.prepull.model.PullReason;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the node to its plan and keeps it there.
 *
 * <p>All state belongs to one loop. The runtime's blocking calls run on threads of their own: one
 * at a time to ask what the runtime holds, and one for each pull, at most {@link
 * PullerSettings#maxConcurrentPulls} of them. What the runtime answers is the only truth: images
 * are looked for before each pull and at every poll, and what is gone is pulled again.
 */
public final class Puller implements PlanReceiver, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Puller.class);
  private static final Duration TICK = Duration.ofMillis(500);
  private static final Duration RUNTIME_RETRY = Duration.ofSeconds(2);

  private final EventLoop loop;
  private final ImageRuntime runtime;
  private final ThreadFactory threads;
  private final Backoff backoff;
  private final PullerSettings settings;
  private final PullListener listener;

  /** In the plan's order. */
  private Map<ImageReference, TrackedImage> images = new LinkedHashMap<>();

  private int running;
  private boolean checking;
  private boolean checkAgain;
  private boolean runtimeAnswers = true;
  private boolean ticking;
  private boolean closed;
  private Instant adoptedAt = Instant.MAX;
  private EventLoop.Timer poll = () -> {};

  /** A puller with an empty plan; {@code threads} makes the threads for the runtime's calls. */
  public Puller(
      EventLoop loop,
      ImageRuntime runtime,
      ThreadFactory threads,
      Backoff backoff,
      PullerSettings settings,
      PullListener listener) {
    this.loop = loop;
    this.runtime = runtime;
    this.threads = threads;
    this.backoff = backoff;
    this.settings = settings;
    this.listener = listener;
  }

  @Override
  public void plan(NodePlan plan) {
    loop.execute(() -> adopt(plan));
  }

  @Override
  public void lock(Map<ImageReference, ImageDigest> locks) {}

  @Override
  public void attached(boolean attached) {}

  @Override
  public void permit(Collection<PullPermit> permits) {
    List<PullPermit> granted = List.copyOf(permits);
    loop.execute(() -> {
      for (PullPermit permit : granted) {
        TrackedImage image = images.get(permit.reference());
        if (image != null) {
          image.grant();
          tell(image);
        }
      }
      startPulls();
    });
  }

  /** Asks the runtime now what it holds; what is gone is pulled again. */
  public void check() {
    loop.execute(this::beginCheck);
  }

  /** Stops all pulls and forgets the plan; nothing that the node holds is touched. */
  @Override
  public void close() {
    loop.execute(() -> {
      closed = true;
      poll.cancel();
      images.values().forEach(this::abandon);
      images = new LinkedHashMap<>();
    });
  }

  // --- plan -----------------------------------------------------------------------------------

  private void adopt(NodePlan plan) {
    if (closed) {
      return;
    }
    Map<ImageReference, TrackedImage> next = new LinkedHashMap<>();
    for (PlannedImage planned : plan.images()) {
      TrackedImage image = images.remove(planned.reference());
      if (image == null) {
        image = new TrackedImage(planned);
      }
      image.planned(planned);
      next.put(planned.reference(), image);
    }
    for (TrackedImage gone : images.values()) {
      abandon(gone);
      listener.forgotten(gone.reference());
    }
    images = next;
    adoptedAt = loop.now();
    log.atInfo()
        .addKeyValue("revision", plan.revision())
        .addKeyValue("images", images.size())
        .log("Plan adopted");
    beginCheck();
  }

  private void abandon(TrackedImage image) {
    switch (image.state()) {
      case PullState.Pulling(RunningPull pull) -> {
        log.atInfo().addKeyValue("image", image.reference()).log("Pull cancelled");
        pull.cancel();
      }
      case PullState.BackingOff(_, EventLoop.Timer timer) -> timer.cancel();
      case PullState.Unchecked _ -> {}
      case PullState.Missing _ -> {}
      case PullState.Present _ -> {}
    }
  }

  // --- presence -------------------------------------------------------------------------------

  private void beginCheck() {
    if (checking || closed) {
      checkAgain = checking;
      return;
    }
    checking = true;
    poll.cancel();
    threads.newThread(this::askRuntime).start();
  }

  private void askRuntime() {
    try {
      Map<String, HeldImage> held = byName(runtime.list());
      loop.execute(() -> endCheck(held));
    } catch (RuntimeUnavailableException e) {
      String message = String.valueOf(e.getMessage());
      loop.execute(() -> endFailedCheck(message));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      log.error("The container runtime's answer could not be read", e);
      loop.execute(() -> endFailedCheck(e.toString()));
    }
  }

  private static Map<String, HeldImage> byName(List<HeldImage> held) {
    Map<String, HeldImage> byName = new HashMap<>();
    for (HeldImage image : held) {
      for (HeldName name : image.names()) {
        byName.put(name.name(), image);
      }
    }
    return byName;
  }

  private void endCheck(Map<String, HeldImage> held) {
    if (!runtimeAnswers) {
      runtimeAnswers = true;
      log.info("The container runtime answers again");
    }
    for (TrackedImage image : images.values()) {
      Optional<HeldImage> found = Optional.ofNullable(held.get(image.reference().stored()));
      compare(image, found);
    }
    checkDone(settings.pollInterval());
    startPulls();
    tellCompletion();
  }

  /** Once for each plan, when the node first holds all of it. */
  private void tellCompletion() {
    boolean told = adoptedAt.equals(Instant.MAX);
    if (!told && images.values().stream().allMatch(i -> i.state() instanceof PullState.Present)) {
      log.atInfo()
          .addKeyValue("images", images.size())
          .addKeyValue("tookMs", Duration.between(adoptedAt, loop.now()).toMillis())
          .log("All images are present");
      adoptedAt = Instant.MAX;
    }
  }

  private void compare(TrackedImage image, Optional<HeldImage> found) {
    switch (image.state()) {
      case PullState.Pulling _ -> {}
      case PullState.BackingOff _ when found.isEmpty() -> {}
      case PullState.Present _ when found.isEmpty() -> {
        log.atWarn().addKeyValue("image", image.reference()).log("Image is gone; pulling it again");
        become(image, new PullState.Missing());
      }
      case PullState.Unchecked _ -> settle(image, found);
      case PullState.Missing _ -> settle(image, found);
      case PullState.Present _ -> settle(image, found);
      case PullState.BackingOff(_, EventLoop.Timer timer) -> {
        timer.cancel();
        settle(image, found);
      }
    }
  }

  private void settle(TrackedImage image, Optional<HeldImage> found) {
    become(
        image,
        found.<PullState>map(held -> present(image, held)).orElseGet(PullState.Missing::new));
  }

  private static PullState.Present present(TrackedImage image, HeldImage held) {
    return new PullState.Present(
        held.named(image.reference()).map(HeldName::digest).orElse(null), held.sizeBytes());
  }

  private void endFailedCheck(String message) {
    if (runtimeAnswers) {
      runtimeAnswers = false;
      log.atWarn()
          .addKeyValue("reason", PullReason.RUNTIME_UNAVAILABLE.word())
          .log("Cannot ask the container runtime what it holds: {}", message);
    }
    checkDone(RUNTIME_RETRY);
  }

  private void checkDone(Duration next) {
    checking = false;
    poll = loop.after(next, this::beginCheck);
    if (checkAgain) {
      checkAgain = false;
      beginCheck();
    }
  }

  // --- pulls ----------------------------------------------------------------------------------

  private void startPulls() {
    for (TrackedImage image : images.values()) {
      if (running >= settings.maxConcurrentPulls()) {
        return;
      }
      if (image.isReadyToPull()) {
        start(image);
      }
    }
  }

  private void start(TrackedImage image) {
    running++;
    RunningPull pull = new RunningPull(image.reference(), loop.now());
    become(image, new PullState.Pulling(pull));
    log.atInfo()
        .addKeyValue("image", image.reference())
        .addKeyValue("attempt", image.failures() + 1)
        .log("Pulling");
    pull.start(runtime, threads, (ended, outcome) -> loop.execute(() -> end(ended, outcome)));
    tick();
  }

  private void end(RunningPull pull, Optional<PullOutcome> outcome) {
    running--;
    TrackedImage image = images.get(pull.reference());
    boolean current =
        image != null
            && image.state() instanceof PullState.Pulling(RunningPull latest)
            && latest == pull;
    if (image != null && current) {
      Duration took = Duration.between(pull.began(), loop.now());
      switch (outcome.orElseGet(() -> interrupted(image, pull))) {
        case PullOutcome.Pulled(HeldImage held, _) -> succeeded(image, held, took);
        case PullOutcome.Failed failed -> failed(image, failed);
      }
      image.report().ifPresent(report -> listener.pulled(report, took));
    }
    startPulls();
    tellCompletion();
  }

  private static PullOutcome.Failed interrupted(TrackedImage image, RunningPull pull) {
    return pull.timedOut()
        ? new PullOutcome.Failed(
            PullReason.TIMEOUT,
            "nothing has moved for " + GoDuration.format(image.planned().policy().pullTimeout()),
            null)
        : new PullOutcome.Failed(PullReason.ERR_IMAGE_PULL, "the pull was interrupted", null);
  }

  private void succeeded(TrackedImage image, HeldImage held, Duration took) {
    image.forgetFailures();
    PullState.Present present = present(image, held);
    become(image, present);
    log.atInfo()
        .addKeyValue("image", image.reference())
        .addKeyValue("digest", present.digest())
        .addKeyValue("bytes", held.sizeBytes())
        .addKeyValue("tookMs", took.toMillis())
        .log("Pulled");
  }

  private void failed(TrackedImage image, PullOutcome.Failed failed) {
    int attempt = image.countFailure();
    PullReason reason =
        failed.reason() == PullReason.ERR_IMAGE_PULL && attempt > 1
            ? PullReason.IMAGE_PULL_BACK_OFF
            : failed.reason();
    Duration wait = backoff.after(reason, attempt, failed.retryAfter());
    Instant nextRetry = loop.now().plus(wait);
    String message = FailureMessage.of(image.reference(), failed);
    EventLoop.Timer timer =
        loop.after(
            wait,
            () -> {
              become(image, new PullState.Missing());
              startPulls();
            });
    become(
        image,
        new PullState.BackingOff(new PullProblem(reason, message, attempt, nextRetry), timer));
    log.atWarn()
        .addKeyValue("image", image.reference())
        .addKeyValue("reason", reason.word())
        .addKeyValue("attempt", attempt)
        .addKeyValue("nextRetry", nextRetry)
        .log(message);
  }

  // --- watching pulls -------------------------------------------------------------------------

  private void tick() {
    if (!ticking && running > 0) {
      ticking = true;
      loop.after(
          TICK,
          () -> {
            ticking = false;
            images.values().forEach(this::watch);
            tick();
          });
    }
  }

  private void watch(TrackedImage image) {
    if (image.state() instanceof PullState.Pulling(RunningPull pull)) {
      if (pull.observe(loop.now())) {
        tell(image);
      }
      Duration silence = Duration.between(pull.lastMoved(), loop.now());
      if (silence.compareTo(image.planned().policy().pullTimeout()) >= 0 && !pull.timedOut()) {
        pull.timeOut();
      }
    }
  }

  private void become(TrackedImage image, PullState state) {
    image.state(state);
    tell(image);
  }

  private void tell(TrackedImage image) {
    image.report().ifPresent(listener::changed);
  }
}
