package dev.prepull.agent.puller;

import dev.prepull.agent.puller.disk.DiskBudget;
import dev.prepull.credentials.NodeCredentials;
import dev.prepull.loop.EventLoop;
import dev.prepull.model.HeldImage;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.InvalidImageReferenceException;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlannedImage;
import dev.prepull.model.PullPermit;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the node to its plan and keeps it there.
 *
 * <p>All state belongs to one loop; the public methods may be called from any thread. The runtime's
 * blocking calls run on threads of their own: at most one that asks what the runtime holds, one
 * that removes an image, one that follows events, one for each image whose pin changes, and {@link
 * PullerSettings#maxConcurrentPulls} that pull. What the runtime answers is the only truth: images
 * are looked for before each pull, on every event of the runtime and at every poll, and what is
 * gone is brought back.
 *
 * <p>Every pull needs a permit while the controller is there. While it is away, permits that are
 * held stay good, and what disappears is brought back without one. What it has told of credentials
 * is kept as well.
 */
public final class Puller implements PlanReceiver, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Puller.class);

  /** To the grammar of references an id is a repository of that name with a long tag. */
  private static final Pattern IMAGE_ID = Pattern.compile("sha256:[0-9a-f]{64}");

  private final EventLoop loop;
  private final PullListener listener;
  private final Ownership ownership;
  private final TrackedImages images = new TrackedImages();
  private final Inventory inventory;
  private final Presence presence;
  private final Pins pins;
  private final PullQueue queue;
  private final CredentialNews credentials;
  private final Removals removals;
  private final RuntimeEvents events;

  private boolean attached = true;
  private boolean planned;
  private boolean closed;
  private Instant adoptedAt = Instant.MAX;
  private boolean checked;

  /** A puller with an empty plan. */
  public Puller(
      RuntimeCalls calls,
      Backoff backoff,
      PullerSettings settings,
      DiskBudget disk,
      Ownership ownership,
      PullListener listener) {
    this.loop = calls.loop();
    this.listener = listener;
    this.ownership = ownership;
    this.presence = new Presence(loop, disk, this::startPulls);
    this.pins = new Pins(calls, images, ownership, listener);
    this.inventory = new Inventory(calls, disk, settings.pollInterval(), this::compare);
    PullEndings endings =
        new PullEndings(loop, backoff, presence, pins, ownership, inventory, listener);
    this.queue =
        new PullQueue(images, calls, disk, settings.maxConcurrentPulls(), endings, ownership);
    this.credentials = new CredentialNews(calls.credentials(), images);
    this.removals = new Removals(calls, images, ownership, listener);
    this.events = new RuntimeEvents(calls, ownership.readAt(), this::touched, inventory::ask);
    // Those of an agent that ran before.
    listener.pinned(ownership.pinnedImages());
  }

  /** Follows the runtime's events from now on; without that, only polls notice what others do. */
  public void followEvents() {
    loop.execute(events::start);
  }

  @Override
  public void plan(NodePlan plan) {
    loop.execute(() -> adopt(plan));
  }

  @Override
  public void credentials(NodeCredentials told) {
    loop.execute(() -> {
      credentials.told(told);
      startPulls();
    });
  }

  @Override
  public void lock(Map<ImageReference, ImageDigest> locks) {
    Map<ImageReference, ImageDigest> told = Map.copyOf(locks);
    loop.execute(() -> {
      credentials.due();
      told.forEach(
          (reference, digest) -> images.of(reference).ifPresent(image -> image.lock(digest)));
      startPulls();
    });
  }

  @Override
  public void permit(Collection<PullPermit> permits) {
    List<PullPermit> given = List.copyOf(permits);
    loop.execute(() -> {
      credentials.due();
      given.forEach(permit ->
          images
              .of(permit.reference())
              .ifPresentOrElse(
                  image -> image.permit(permit), () -> part(permit.reference(), permit.id())));
      startPulls();
    });
  }

  @Override
  public void attached(boolean now) {
    loop.execute(() -> {
      attached = now;
      if (now) {
        credentials.attached();
      }
      images.all().forEach(image -> image.attached(now));
      startPulls();
    });
  }

  /** Asks the runtime now what it holds; what is gone is brought back. */
  public void check() {
    loop.execute(inventory::ask);
  }

  /** Stops all pulls and forgets the plan; nothing that the node holds is touched. */
  @Override
  public void close() {
    loop.execute(() -> {
      closed = true;
      inventory.close();
      events.close();
      images.adopt(NodePlan.EMPTY, this::track).forEach(Puller::abandon);
    });
  }

  // --- plan -----------------------------------------------------------------------------------

  private void adopt(NodePlan plan) {
    if (closed) {
      return;
    }
    planned = true;
    for (TrackedImage gone : images.adopt(plan, this::track)) {
      abandon(gone);
      listener.forgotten(gone.reference());
      gone.permit().ifPresent(permit -> part(gone.reference(), permit.id()));
    }
    images.all().forEach(image -> ownership.policy(image.reference(), image.policy().onRemoval()));
    adoptedAt = loop.now();
    checked = false;
    log.atInfo()
        .addKeyValue("revision", plan.revision())
        .addKeyValue("images", images.size())
        .log("Plan adopted");
    inventory.ask();
  }

  private TrackedImage track(PlannedImage image) {
    return new TrackedImage(image, attached, listener);
  }

  private static void abandon(TrackedImage image) {
    switch (image.state()) {
      case PullState.Pulling(RunningPull pull, _) -> {
        log.atInfo().addKeyValue("image", image.reference()).log("Pull cancelled");
        pull.stop(RunningPull.Stop.CANCELLED);
      }
      case PullState.BackingOff(_, EventLoop.Timer timer, _) -> timer.cancel();
      case PullState.Unchecked _ -> {}
      case PullState.Missing _ -> {}
      case PullState.Present _ -> {}
      case PullState.Drifted _ -> {}
      case PullState.Blocked _ -> {}
    }
  }

  /** A permit ends although there is no image of the plan to report on. */
  private void part(ImageReference reference, long permit) {
    listener.parted(ImageReport.of(reference, ImageState.WAITING).withPermit(permit));
  }

  // --- presence -------------------------------------------------------------------------------

  private void compare(Map<String, HeldImage> held, Set<ImageReference> outdated) {
    for (TrackedImage image : images.all()) {
      if (outdated.contains(image.reference())) {
        continue;
      }
      image.deferred(false);
      HeldImage found = held.get(image.reference().stored());
      presence.compare(image, found == null ? null : Holding.of(image.reference(), found));
      if (found != null) {
        pins.settle(image, found);
      }
    }
    if (planned) {
      removals.consider();
    }
    checked |= !inventory.isAskedAgain();
    startPulls();
  }

  /** Something has happened to a name, by whoever's hand; true when an image may be concerned. */
  private boolean touched(String name, Instant at) {
    if (IMAGE_ID.matcher(name).matches()) {
      return true; // it may be any image's
    }
    String stored;
    try {
      stored = ImageReference.parse(name).stored();
    } catch (InvalidImageReferenceException e) {
      log.debug("An event names an image by what is no reference: {}", e.getMessage());
      return true;
    }
    ownership.touched(stored, at);
    return images
        .stored(stored)
        .filter(image -> !(image.state() instanceof PullState.Pulling))
        .isPresent();
  }

  private void startPulls() {
    if (!closed) {
      queue.startPulls();
      tellCompletion();
    }
  }

  /** Once for each plan, when the runtime, asked after it had come, first holds all of it. */
  private void tellCompletion() {
    boolean told = adoptedAt.equals(Instant.MAX);
    if (!told && checked && images.areAllPresent()) {
      log.atInfo()
          .addKeyValue("images", images.size())
          .addKeyValue("tookMs", Duration.between(adoptedAt, loop.now()).toMillis())
          .log("All images are present");
      adoptedAt = Instant.MAX;
    }
  }
}
