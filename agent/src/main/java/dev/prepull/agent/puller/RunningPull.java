package dev.prepull.agent.puller;

import dev.prepull.agent.puller.disk.DiskBudget;
import dev.prepull.agent.puller.disk.DiskGuard.Verdict;
import dev.prepull.agent.puller.journal.NameTouch;
import dev.prepull.agent.runtime.ImageRuntime;
import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.agent.runtime.PullWatcher;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.model.HeldImage;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.PullProgress;
import dev.prepull.model.PullReason;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pull on a thread of its own. It looks first whether the runtime has the image by now, so that
 * nothing is pulled twice, and lets size and disk be judged before and while bytes come. Its end is
 * told exactly once, however it comes.
 */
final class RunningPull implements PullWatcher {

  private static final Logger log = LoggerFactory.getLogger(RunningPull.class);

  private final PullTask task;
  private final DiskBudget disk;
  private final Instant began;
  private final AtomicReference<@Nullable PullProgress> news = new AtomicReference<>();
  private final AtomicReference<@Nullable Refusal> refusal = new AtomicReference<>();
  private volatile long heldBytes;
  private volatile long missingBytes;
  private @Nullable Thread thread;
  private Instant lastMoved;
  private PullProgress progress = PullProgress.UNKNOWN;
  private Stop stop = Stop.NONE;

  /** Why the puller ended it. */
  enum Stop {
    /** It did not. */
    NONE,
    /** Nobody wants the image any more. */
    CANCELLED,
    /** Nothing has moved for too long. */
    TIMED_OUT,
    /** The disk ran full under another pull. */
    DISK_FULL
  }

  RunningPull(PullTask task, DiskBudget disk, Instant now) {
    this.task = task;
    this.disk = disk;
    this.began = now;
    this.lastMoved = now;
  }

  /**
   * Begins.
   *
   * @param onEnd called once, on the loop
   */
  void start(RuntimeCalls calls, BiConsumer<RunningPull, PullEnd> onEnd) {
    Thread started =
        calls.newThread(() -> {
          PullEnd end = end(calls.runtime(), calls.registryPulls());
          calls.loop().execute(() -> onEnd.accept(this, end));
        });
    thread = started;
    started.start();
  }

  private PullEnd end(ImageRuntime runtime, RegistryPulls pulls) {
    boolean complete = false;
    try {
      PullEnd end = attempt(runtime, pulls, disk.begin(this));
      complete = end instanceof PullEnd.Done;
      return end;
    } catch (InterruptedException e) {
      Refusal why = refusal.get();
      return why == null ? new PullEnd.Interrupted() : new PullEnd.Refused(why);
    } catch (RuntimeUnavailableException e) {
      return failed(PullReason.RUNTIME_UNAVAILABLE, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      log.atError()
          .setCause(e)
          .addKeyValue("image", task.reference())
          .log("The runtime adapter failed");
      return failed(PullReason.ERR_IMAGE_PULL, "internal error: " + e);
    } finally {
      disk.end(this, complete);
    }
  }

  private static PullEnd failed(PullReason reason, String message) {
    return new PullEnd.Failed(new PullOutcome.Failed(reason, message, null));
  }

  private PullEnd attempt(
      ImageRuntime runtime, RegistryPulls pulls, Optional<Verdict.Lacks> fullAlready)
      throws RuntimeUnavailableException, InterruptedException {
    Optional<HeldImage> held = runtime.find(task.reference());
    NameTouch before = Names.touch(runtime, task.reference(), held);
    ImageDigest target = task.target();
    if (held.isPresent() && target != null && held.get().resolves(task.reference(), target)) {
      return new PullEnd.AlreadyThere(held.get());
    }
    Optional<Refusal> refused =
        task.blobs().isEmpty()
            ? fullAlready.map(lacks -> new Refusal.NoRoom(lacks, 0))
            : judgeBlobs(runtime);
    if (refused.isPresent()) {
      return new PullEnd.Refused(refused.get());
    }
    return switch (pulls.pull(task, this)) {
      case PullOutcome.Failed failed -> new PullEnd.Failed(failed);
      case PullOutcome.Pulled pulled ->
          new PullEnd.Done(pulled, before, touchAfter(runtime, pulled));
    };
  }

  private NameTouch touchAfter(ImageRuntime runtime, PullOutcome.Pulled pulled)
      throws RuntimeUnavailableException, InterruptedException {
    return Names.touch(runtime, task.reference(), Optional.of(pulled.image()));
  }

  /** With what another node has told of the image, it is judged before the registry is asked. */
  private Optional<Refusal> judgeBlobs(ImageRuntime runtime)
      throws RuntimeUnavailableException, InterruptedException {
    long imageBytes = task.blobs().stream().mapToLong(ImageBlob::sizeBytes).sum();
    return judge(imageBytes, runtime.missingBytes(task.blobs()));
  }

  private Optional<Refusal> judge(long imageBytes, long missing) {
    heldBytes = Math.max(0, imageBytes - missing);
    missingBytes = missing;
    Long maxSize = task.policy().maxSizeBytes();
    if (maxSize != null && imageBytes > maxSize) {
      return Optional.of(new Refusal.TooLarge(imageBytes, maxSize));
    }
    return disk.claim(this, missing).map(lacks -> new Refusal.NoRoom(lacks, missing));
  }

  // --- called by the runtime, on any thread -----------------------------------------------------

  @Override
  public void sized(long imageBytes, long missing) {
    judge(imageBytes, missing).ifPresent(this::refuse);
  }

  @Override
  public void moved(PullProgress latest) {
    news.set(latest);
    disk.moved(this, latest.done() - heldBytes)
        .ifPresent(lacks -> refuse(new Refusal.NoRoom(lacks, missingBytes)));
  }

  /** Ends the transfer for that reason, unless another one came first. Any thread may call. */
  void refuse(Refusal why) {
    if (refusal.compareAndSet(null, why)) {
      interrupt();
    }
  }

  // --- called by the puller, on its loop

  /** Ends the transfer. */
  void stop(Stop why) {
    if (stop == Stop.NONE) {
      stop = why;
      interrupt();
    }
  }

  private void interrupt() {
    if (thread != null) {
      thread.interrupt();
    }
  }

  /** Takes in what the runtime showed since the last call; true when something moved. */
  boolean observe(Instant now) {
    PullProgress latest = news.getAndSet(null);
    if (latest == null) {
      return false;
    }
    lastMoved = now;
    progress = latest;
    return true;
  }

  PullTask task() {
    return task;
  }

  Instant began() {
    return began;
  }

  Instant lastMoved() {
    return lastMoved;
  }

  PullProgress progress() {
    return progress;
  }

  Stop stopped() {
    return stop;
  }
}
