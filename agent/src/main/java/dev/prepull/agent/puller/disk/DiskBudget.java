package dev.prepull.agent.puller.disk;

import dev.prepull.agent.puller.disk.DiskGuard.Need;
import dev.prepull.agent.puller.disk.DiskGuard.Verdict;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shares the room on the image filesystem among the running pulls. Everything fits while the
 * filesystem cannot be seen. Thread-safe: the runtime's threads ask in the midst of a pull, and two
 * of them must not be given the same bytes.
 */
public final class DiskBudget {

  private static final Logger log = LoggerFactory.getLogger(DiskBudget.class);

  /**
   * Bytes on disk that a pull of unknown size is taken to need when another such one would begin:
   * where there is less room, they run one after another.
   */
  static final long UNKNOWN_SIZE = 1L << 30;

  private final ImageFilesystem filesystem;
  private final DiskGuard guard;
  private final Map<Object, Claim> claims = new IdentityHashMap<>();
  private ExpansionFactor factor = ExpansionFactor.INITIAL;
  private Optional<DiskSpace> lastSeen = Optional.empty();
  private boolean saidOff;

  /** What one running pull has claimed. */
  private static final class Claim {
    private final long usedBefore;
    private boolean alone;
    private boolean sized;
    private long missing;
    private long fetched;

    Claim(long usedBefore, boolean alone) {
      this.usedBefore = usedBefore;
      this.alone = alone;
    }

    /** Nothing tells how far unpacking is, so what was fetched is all that counts as written. */
    long outstanding(double factor, long unknown) {
      long needed = sized ? (long) Math.ceil(missing * factor) : unknown;
      return Math.max(0, needed - fetched);
    }
  }

  /** Judges by that guard. */
  public DiskBudget(ImageFilesystem filesystem, DiskGuard guard) {
    this.filesystem = filesystem;
    this.guard = guard;
  }

  /** Looks how full the filesystem is, as {@link #reading} and {@link #judge} see it. May block. */
  public void refresh() throws InterruptedException {
    filesystem.locate();
    synchronized (this) {
      look();
    }
  }

  /**
   * A pull begins; {@link #end} must follow. May block.
   *
   * @return what speaks against it already, as long as nobody knows its size
   */
  public Optional<Verdict.Lacks> begin(Object pull) throws InterruptedException {
    filesystem.locate();
    synchronized (this) {
      Optional<DiskSpace> space = look();
      boolean alone = claims.isEmpty();
      claims.values().forEach(other -> other.alone = false);
      claims.put(
          pull, new Claim(space.map(DiskSpace::used).orElse(0L), alone && space.isPresent()));
      return space.flatMap(now -> lacks(guard.judge(now, others(pull, UNKNOWN_SIZE))));
    }
  }

  /**
   * The pull has to fetch that many compressed bytes in all; asked again when they turn out to be
   * more.
   *
   * @return why it must not
   */
  public synchronized Optional<Verdict.Lacks> claim(Object pull, long missing) {
    Claim claim = claims.get(pull);
    if (claim == null) {
      return Optional.empty();
    }
    claim.missing = missing;
    claim.sized = true;
    if (missing == 0) {
      return Optional.empty();
    }
    return look()
        .flatMap(now -> {
          // What this pull has fetched already is no longer free.
          long fetchedMissing = (long) (claim.fetched / factor.value());
          Need need =
              new Need(Math.max(0, missing - fetchedMissing), factor.value(), others(pull, 0));
          return lacks(guard.judge(now, need));
        });
  }

  /**
   * The pull has come so far.
   *
   * @param fetched compressed bytes that it has fetched
   * @return why it must stop
   */
  public synchronized Optional<Verdict.Lacks> moved(Object pull, long fetched) {
    Claim claim = claims.get(pull);
    if (claim != null) {
      claim.fetched = Math.max(claim.fetched, fetched);
    }
    return look().flatMap(now -> lacks(guard.judge(now, 0)));
  }

  /** The pull is over; a complete one that ran alone teaches how much images expand. */
  public synchronized void end(Object pull, boolean complete) {
    Claim claim = claims.remove(pull);
    Optional<DiskSpace> space = look();
    if (claim != null && complete && claim.alone && space.isPresent()) {
      factor = factor.learn(claim.missing, space.get().used() - claim.usedBefore);
    }
  }

  /**
   * Why a pull of that many missing compressed bytes would have no room even if no other ran, by
   * what was seen last; zero, when nobody knows how many, asks whether the disk is full already.
   */
  public synchronized Optional<Verdict.Lacks> judge(long missing) {
    return lastSeen
        .map(now ->
            missing == 0
                ? guard.judge(now, 0)
                : guard.judge(now, new Need(missing, factor.value(), 0)))
        .flatMap(DiskBudget::lacks);
  }

  /** What was seen last. */
  public synchronized DiskReading reading() {
    return lastSeen
        .map(space ->
            new DiskReading(true, space.available(), guard.thresholdBytes(space), factor.value()))
        .orElse(DiskReading.OFF);
  }

  private long others(Object pull, long unknown) {
    return claims.entrySet().stream()
        .filter(claim -> claim.getKey() != pull)
        .mapToLong(claim -> claim.getValue().outstanding(factor.value(), unknown))
        .sum();
  }

  private Optional<DiskSpace> look() {
    Optional<DiskSpace> space = filesystem.space();
    lastSeen = space;
    if (space.isEmpty() != saidOff) {
      saidOff = space.isEmpty();
      if (saidOff) {
        log.warn(
            "The image filesystem cannot be seen from here, so pulls are not held back when it fills up. Mount the runtime's image directory into the agent, or name it with --image-fs.");
      } else {
        log.info("The image filesystem can be seen: pulls keep it below the threshold");
      }
    }
    return space;
  }

  private static Optional<Verdict.Lacks> lacks(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Fits _ -> Optional.empty();
      case Verdict.Lacks lacks -> Optional.of(lacks);
    };
  }
}
