package dev.prepull.controller.kube;

import dev.prepull.controller.kube.LeaseClaims.Claim;
import dev.prepull.controller.reconcile.LeaderAddress;
import dev.prepull.controller.reconcile.Leadership;
import dev.prepull.loop.EventLoop;
import dev.prepull.program.StartupException;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoordinationV1Api;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one of several controllers the leader, by a Lease.
 *
 * <pre>
 *   STANDBY ──the Lease is free──► LEADING ──taken away, or not renewed in time──► LOST
 *      │                              │
 *      └──────────resigned────────────┴──► RESIGNED
 * </pre>
 *
 * A leader trusts its Lease for {@link #TRUSTED} from the moment when it last asked for it, by a
 * clock that never jumps, and others wait for the longer {@link LeaseClaims#DURATION}. So a process
 * that was paused knows, before anything else, that it leads no more. Rounds run on the loop, one
 * at a time; {@link #isHeld} may be asked by any thread.
 */
public final class LeaderElection implements Leadership, AutoCloseable {

  /** How long a leader may go without a renewal. */
  static final Duration TRUSTED = Duration.ofSeconds(10);

  /** How often a leader renews. */
  static final Duration RENEWAL_INTERVAL = Duration.ofSeconds(2);

  /** How often a standby looks, and how soon a failed renewal is tried again. */
  static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);

  /** Leaves room for a second renewal before a leader's time is over. */
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(3);

  /** Leaves most of the ten seconds in which a process that is asked to stop has to end. */
  private static final long RELEASE_SECONDS = 2;

  private static final Logger log = LoggerFactory.getLogger(LeaderElection.class);

  private enum State {
    STANDBY,
    LEADING,
    LOST,
    RESIGNED
  }

  private final LeaseClaims claims;
  private final Candidate candidate;
  private final EventLoop loop;
  private final Executor blocking;
  private final Listener listener;
  private final AtomicReference<State> state = new AtomicReference<>(State.STANDBY);
  private final CompletableFuture<@Nullable Void> elected = new CompletableFuture<>();
  private final CompletableFuture<@Nullable Void> resigned = new CompletableFuture<>();
  private volatile long trustedUntil;
  private volatile String standing = "standby: the Lease was not read yet";
  private volatile Optional<LeaderAddress> leader = Optional.empty();
  private EventLoop.Timer next = () -> {};
  private EventLoop.Timer alarm = () -> {};
  private boolean asking;
  private boolean resigning;

  /**
   * Who wants to lead.
   *
   * @param identity differs from that of every other process that ever was
   * @param address where the others lead on to when it leads; null to tell them nothing
   * @param ticks nanoseconds of a clock that never jumps
   */
  public record Candidate(
      String namespace, String identity, @Nullable LeaderAddress address, LongSupplier ticks) {}

  /** Is told what becomes of a candidate. Any thread may call. */
  public interface Listener {

    /** It leads no more; whatever it does from now on is wrong. */
    void lost();

    /** The API server did not serve a request, in a few words. */
    void requestFailed(String request);
  }

  /** A candidate that has asked for nothing yet. */
  LeaderElection(
      CoordinationV1Api api,
      Candidate candidate,
      EventLoop loop,
      Executor blocking,
      Listener listener) {
    this.claims = new LeaseClaims(api, candidate, loop::now);
    this.candidate = candidate;
    this.loop = loop;
    this.blocking = blocking;
    this.listener = listener;
  }

  /**
   * Takes part in the election.
   *
   * @param kubeconfig null for the way that a Pod reaches the API server
   * @throws StartupException when it is not said how the API server can be reached; that it does
   *     not answer is waited for
   */
  public static LeaderElection begin(
      @Nullable Path kubeconfig, Candidate candidate, EventLoop loop, Listener listener)
      throws StartupException {
    ApiClient client = KubeClients.client(kubeconfig, REQUEST_TIMEOUT);
    client.setConnectTimeout((int) REQUEST_TIMEOUT.toMillis());
    LeaderElection election =
        new LeaderElection(
            new CoordinationV1Api(client), candidate, loop, KubeClients::onVirtualThread, listener);
    election.start();
    return election;
  }

  void start() {
    loop.execute(this::ask);
  }

  /** Waits until this controller leads. */
  public void awaitLeadership() throws InterruptedException {
    try {
      elected.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("an election does not fail", e);
    }
  }

  /**
   * Where the controller is that leads instead of this one, as far as it is known. Never this one:
   * a container that was restarted in place finds its own address in the Lease. Any thread.
   */
  public Optional<LeaderAddress> leader() {
    return leader;
  }

  /** What this controller is, in a line. Any thread. */
  public String standing() {
    return standing;
  }

  @Override
  public boolean isHeld() {
    if (state.get() == State.LEADING && candidate.ticks().getAsLong() - trustedUntil >= 0) {
      lose("the Lease was not renewed for %d s".formatted(TRUSTED.toSeconds()));
    }
    return state.get() == State.LEADING;
  }

  private void lose(String why) {
    if (state.compareAndSet(State.LEADING, State.LOST)) {
      log.error("Leadership is lost: {}", why);
      listener.lost();
    }
  }

  // --- rounds, on the loop ---

  private void ask() {
    if (resigning || state.get() == State.LOST) {
      return;
    }
    asking = true;
    blocking.execute(() -> {
      Claim claim = claims.claim();
      loop.execute(() -> answered(claim));
    });
  }

  private void answered(Claim claim) {
    asking = false;
    if (resigning) {
      release(claim instanceof Claim.Held);
      return;
    }
    Duration wait =
        switch (claim) {
          case Claim.Held(long since) -> {
            hold(since);
            yield RENEWAL_INTERVAL;
          }
          case Claim.Refused(String holder, Optional<LeaderAddress> at, Duration left) -> {
            leader = at.filter(address -> !address.equals(candidate.address()));
            lose(holder + " has the Lease");
            stand("standby: %s leads".formatted(holder));
            yield left.compareTo(LOOK_INTERVAL) < 0 ? left : LOOK_INTERVAL;
          }
          case Claim.Failed(String why) -> {
            listener.requestFailed("keep Lease");
            stand(why);
            yield LOOK_INTERVAL;
          }
        };
    next = loop.after(wait, this::ask);
  }

  private void hold(long since) {
    if (state.get() == State.LEADING && !isHeld()) {
      return;
    }
    trustedUntil = since + TRUSTED.toNanos();
    standing = "leading";
    leader = Optional.empty();
    alarm.cancel();
    alarm = loop.after(left(), this::checkTime);
    if (state.compareAndSet(State.STANDBY, State.LEADING)) {
      log.atInfo().addKeyValue("identity", candidate.identity()).log("This controller leads");
      elected.complete(null);
    }
  }

  private Duration left() {
    return Duration.ofNanos(Math.max(0, trustedUntil - candidate.ticks().getAsLong()));
  }

  /** A renewal that hangs must not keep a leader that has lost its time. */
  private void checkTime() {
    if (isHeld()) {
      alarm = loop.after(left(), this::checkTime);
    }
  }

  private void stand(String now) {
    if (!now.equals(standing)) {
      standing = now;
      log.atInfo().addKeyValue("identity", candidate.identity()).log(now);
    }
  }

  // --- the end ---

  /** Lets another controller lead. Completed when it may; any thread. */
  CompletableFuture<@Nullable Void> resign() {
    loop.execute(() -> {
      resigning = true;
      next.cancel();
      alarm.cancel();
      if (!asking) {
        release(false);
      }
    });
    return resigned;
  }

  private void release(boolean taken) {
    boolean led = state.getAndSet(State.RESIGNED) == State.LEADING;
    if (!led && !taken) {
      resigned.complete(null);
      return;
    }
    blocking.execute(() -> {
      try {
        claims.release();
        log.info("This controller leads no more, as it stops");
      } catch (ApiException e) {
        log.warn(
            "Tried to give Lease {}/{} back but failed: {}. Another controller leads in {} s.",
            candidate.namespace(),
            LeaseClaims.NAME,
            KubeFailures.describe(e),
            LeaseClaims.DURATION.toSeconds());
      } finally {
        resigned.complete(null);
      }
    });
  }

  /** Gives the Lease back, if the API server takes it soon. To be closed after all that writes. */
  @Override
  public void close() {
    try {
      resign().get(RELEASE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      log.warn("The Lease was not given back before the end");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
