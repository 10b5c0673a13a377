package dev.prepull.agent.puller;

import dev.prepull.agent.credentials.PullCredentials;
import dev.prepull.agent.puller.disk.DiskBudget;
import dev.prepull.agent.puller.disk.DiskGuard;
import dev.prepull.agent.puller.journal.JournalContent;
import dev.prepull.agent.report.ReportBook;
import dev.prepull.agent.runtime.FakeImageRuntime;
import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.credentials.NodeCredentials;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.loop.FakeEventLoop;
import dev.prepull.model.DriftPolicy;
import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImagePolicy;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlannedImage;
import dev.prepull.model.PullPermit;
import dev.prepull.model.PullPolicy;
import dev.prepull.model.PullProblem;
import dev.prepull.model.PullReason;
import dev.prepull.model.RemovalPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A puller in virtual time, on a fake runtime whose calls end when the test says so. */
final class PullerFixture {

  static final ImageReference APP = ImageReference.parse("registry.example/team/app:1");
  static final ImageReference WEB = ImageReference.parse("registry.example/team/web:1");
  static final ImageReference DB = ImageReference.parse("registry.example/team/db:1");
  static final ImageDigest OLD = digest('a');
  static final ImageDigest NEW = digest('b');
  static final Duration POLL = Duration.ofSeconds(60);
  static final int THRESHOLD = 85;

  final FakeEventLoop loop = new FakeEventLoop();
  final FakeThreads threads = new FakeThreads();
  final FakeImageRuntime runtime = new FakeImageRuntime();
  final FakeCredentials credentials = new FakeCredentials();
  final FakeFilesystem filesystem = new FakeFilesystem();
  final ReportBook book = new ReportBook();
  final Told told = new Told(book);

  /** What stands in the journal's file. */
  JournalContent journal = new JournalContent(loop.now(), List.of());

  Puller puller = begin();
  private long permits;

  /** Everything that the puller has told, in order. */
  static final class Told implements PullListener {
    private final ReportBook book;
    final List<ImageReport> reports = new ArrayList<>();
    final List<ImageReport> partings = new ArrayList<>();
    final List<ImageReference> vanished = new ArrayList<>();
    final List<ImageReference> repaired = new ArrayList<>();
    final List<ImageReference> removed = new ArrayList<>();
    int pinned;

    Told(ReportBook book) {
      this.book = book;
    }

    @Override
    public void changed(ImageReport report) {
      reports.add(report);
      book.changed(report);
    }

    @Override
    public void forgotten(ImageReference reference) {
      book.forgotten(reference);
    }

    @Override
    public void parted(ImageReport last) {
      partings.add(last);
      book.parted(last);
    }

    @Override
    public void vanished(ImageReference reference) {
      vanished.add(reference);
    }

    @Override
    public void repaired(ImageReference reference) {
      repaired.add(reference);
    }

    @Override
    public void removed(ImageReference reference) {
      removed.add(reference);
    }

    @Override
    public void pinned(int images) {
      pinned = images;
    }
  }

  private Puller begin() {
    runtime.clock(loop::now);
    return new Puller(
        new RuntimeCalls(loop, runtime, new PullCredentials(credentials), threads),
        new Backoff(new Random(1)),
        new PullerSettings(2, POLL),
        new DiskBudget(filesystem, new DiskGuard(THRESHOLD)),
        new Ownership(loop, threads, journal, content -> journal = content),
        told);
  }

  /** The agent stops and another one starts on the same node. */
  void restartAgent() {
    puller.close();
    finishAll();
    puller = begin();
  }

  static ImageDigest digest(char digit) {
    return new ImageDigest("sha256:" + String.valueOf(digit).repeat(64));
  }

  static ImageBlob blob(char digit, long bytes) {
    return new ImageBlob(digest(digit), bytes);
  }

  /** What the registry answers for an image from now on. */
  void failing(ImageReference reference, PullReason reason) {
    runtime.fail(reference, new PullOutcome.Failed(reason, "the test says so", null));
  }

  /** The same for a pull by digest. */
  void failing(ImageReference reference, ImageDigest digest, PullReason reason) {
    failing(byDigest(reference, digest), reason);
  }

  static ImageReference byDigest(ImageReference reference, ImageDigest digest) {
    return ImageReference.parse(reference.name() + "@" + digest);
  }

  // What the controller says

  /** Plans these images and lets the runtime answer what it holds. */
  void planned(PlannedImage... images) {
    plan(images);
    finishAll();
  }

  void planned(ImageReference... references) {
    planned(Arrays.stream(references).map(PullerFixture::entry).toArray(PlannedImage[]::new));
  }

  void plan(PlannedImage... images) {
    puller.plan(NodePlan.of(Arrays.asList(images)));
    loop.run();
  }

  void locked(ImageReference reference, ImageDigest digest) {
    puller.lock(Map.of(reference, digest));
    loop.run();
  }

  /** Leave to converge, which begins at once but does not end yet. */
  long converging(ImageReference reference, ImageBlob... blobs) {
    return permit(reference, PullPermit.Purpose.CONVERGE, List.of(blobs));
  }

  /** Leave to look, which begins at once but does not end yet. */
  long looking(ImageReference reference) {
    return permit(reference, PullPermit.Purpose.LOOK, List.of());
  }

  private long permit(ImageReference reference, PullPermit.Purpose purpose, List<ImageBlob> blobs) {
    long id = ++permits;
    puller.permit(List.of(new PullPermit(id, reference, purpose, blobs)));
    loop.run();
    return id;
  }

  /** Leaves to look that come in one message. */
  List<PullPermit> looks(ImageReference... references) {
    return Arrays.stream(references)
        .map(reference -> new PullPermit(++permits, reference, PullPermit.Purpose.LOOK, List.of()))
        .toList();
  }

  /** Converges to the end. */
  long converged(ImageReference reference, ImageBlob... blobs) {
    long id = converging(reference, blobs);
    finishAll();
    return id;
  }

  /** Looks to the end. */
  long looked(ImageReference reference) {
    long id = looking(reference);
    finishAll();
    return id;
  }

  /** Plans, pushes, locks and converges: the image is there, pulled by this agent. */
  void pulled(PlannedImage image, ImageDigest digest) {
    runtime.push(image.reference(), digest);
    planned(image);
    locked(image.reference(), digest);
    converged(image.reference());
  }

  /** These are the credentials for that image, and there are none for others. */
  void credentials(ImageReference reference, RegistryCredential... those) {
    puller.credentials(
        new NodeCredentials(
            Map.of(reference, new NodeCredentials.OfImage(List.of(those), List.of()))));
    loop.run();
  }

  void attached(boolean attached) {
    puller.attached(attached);
    loop.run();
  }

  // Time

  /** Lets every call under way end, and those that follow from it at once. */
  void finishAll() {
    loop.run();
    while (threads.underWay() > 0) {
      threads.runOldest();
      loop.run();
    }
  }

  /** Lets that much time pass; calls that begin meanwhile end at once. */
  void after(Duration time) {
    loop.advance(time);
    finishAll();
  }

  void polled() {
    after(POLL);
  }

  // What is known

  ImageReport report(ImageReference reference) {
    return book.all().stream()
        .filter(report -> report.reference().equals(reference))
        .findFirst()
        .orElseThrow();
  }

  ImageState state(ImageReference reference) {
    return report(reference).state();
  }

  PullProblem problem(ImageReference reference) {
    return Objects.requireNonNull(report(reference).problem(), "no problem was reported");
  }

  /** The report with which that permit ended; there must be exactly one change to it. */
  ImageReport end(long permit) {
    List<ImageReport> ends = ends(permit);
    if (ends.isEmpty()) {
      throw new AssertionError("permit %d has not ended".formatted(permit));
    }
    return ends.getFirst();
  }

  boolean hasEnded(long permit) {
    return !ends(permit).isEmpty();
  }

  private List<ImageReport> ends(long permit) {
    List<ImageReport> all = new ArrayList<>(told.reports);
    all.addAll(told.partings);
    return all.stream()
        .filter(report -> report.permit() == permit)
        .filter(
            report -> report.state() != ImageState.GRANTED && report.state() != ImageState.PULLING)
        .toList();
  }

  // What the node holds

  /** What the runtime resolves the reference to; empty when to nothing. */
  Optional<ImageDigest> held(ImageReference reference) {
    return find(reference).flatMap(image -> image.named(reference)).map(HeldName::digest);
  }

  boolean isPinned(ImageReference reference) {
    return find(reference).filter(HeldImage::pinned).isPresent();
  }

  private Optional<HeldImage> find(ImageReference reference) {
    try {
      return runtime.find(reference);
    } catch (RuntimeUnavailableException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  // Entries

  static PlannedImage entry(ImageReference reference) {
    return new PlannedImage(reference, ImagePolicy.DEFAULT);
  }

  static PlannedImage entry(ImageReference reference, int priority) {
    return with(reference, priority, false, null, RemovalPolicy.KEEP, DriftPolicy.CONVERGE);
  }

  static PlannedImage pinned(ImageReference reference) {
    return with(reference, 0, true, null, RemovalPolicy.KEEP, DriftPolicy.CONVERGE);
  }

  static PlannedImage limited(ImageReference reference, long maxSize) {
    return with(reference, 0, false, maxSize, RemovalPolicy.KEEP, DriftPolicy.CONVERGE);
  }

  static PlannedImage deleted(ImageReference reference) {
    return with(reference, 0, false, null, RemovalPolicy.DELETE, DriftPolicy.CONVERGE);
  }

  static PlannedImage pinnedAndDeleted(ImageReference reference) {
    return with(reference, 0, true, null, RemovalPolicy.DELETE, DriftPolicy.CONVERGE);
  }

  static PlannedImage onlyReported(ImageReference reference) {
    return with(reference, 0, false, null, RemovalPolicy.KEEP, DriftPolicy.REPORT);
  }

  private static PlannedImage with(
      ImageReference reference,
      int priority,
      boolean pin,
      @Nullable Long maxSize,
      RemovalPolicy onRemoval,
      DriftPolicy onDrift) {
    return new PlannedImage(
        reference,
        new ImagePolicy(
            PullPolicy.IF_NOT_PRESENT,
            priority,
            pin,
            maxSize,
            ImagePolicy.DEFAULT.pullTimeout(),
            onRemoval,
            onDrift));
  }
}
