package dev.prepull.controller.kube;

import dev.prepull.controller.reconcile.LeaderAddress;
import dev.prepull.loop.FakeEventLoop;
import dev.prepull.program.HostPort;
import io.kubernetes.client.openapi.apis.CoordinationV1Api;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Candidates for one Lease, in virtual time that goes on also for those that are paused. */
final class TestElection {

  private static final Duration STEP = Duration.ofMillis(100);

  private final FakeApiServer server;
  private final AtomicLong ticks = new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(5).toNanos());
  private final List<Candidate> candidates = new ArrayList<>();

  /** A process that takes part. */
  static final class Candidate implements LeaderElection.Listener {
    private final FakeEventLoop loop = new FakeEventLoop();
    private final LeaderElection election;
    private final List<String> told = new ArrayList<>();
    private boolean paused;

    private Candidate(FakeApiServer server, String identity, String host, AtomicLong ticks) {
      election =
          new LeaderElection(
              new CoordinationV1Api(server.client()),
              new LeaderElection.Candidate(
                  FakeApiServer.NAMESPACE, identity, address(host), ticks::get),
              loop,
              Runnable::run,
              this);
    }

    boolean leads() {
      return election.isHeld();
    }

    /** What the program was told. */
    List<String> told() {
      return told;
    }

    String standing() {
      return election.standing();
    }

    /** Where it believes the leader to be. */
    Optional<LeaderAddress> leader() {
      return election.leader();
    }

    /** Stands still, like a process after SIGSTOP, or one that is no more. */
    void pause() {
      paused = true;
    }

    void wake() {
      paused = false;
    }

    /** Stops in order. */
    boolean resigns() {
      var resigned = election.resign();
      loop.run();
      return resigned.isDone();
    }

    @Override
    public void lost() {
      told.add("lost");
    }

    @Override
    public void requestFailed(String request) {
      told.add(request);
    }
  }

  TestElection(FakeApiServer server) {
    this.server = server;
  }

  /** Where a controller on that host is reached. */
  static LeaderAddress address(String host) {
    return new LeaderAddress(new HostPort(host, 8443), new HostPort(host, 8080));
  }

  /** Another process, on a host of its own. */
  Candidate add(String identity) {
    return add(identity, identity);
  }

  /** Another process, on that host. */
  Candidate add(String identity, String host) {
    Candidate candidate = new Candidate(server, identity, host, ticks);
    candidates.add(candidate);
    candidate.election.start();
    candidate.loop.run();
    return candidate;
  }

  /**
   * Lets time pass; two leaders at once are an error. A process that is paused is not asked, since
   * it does nothing.
   */
  void advance(Duration duration) {
    for (Duration passed = Duration.ZERO;
        passed.compareTo(duration) < 0;
        passed = passed.plus(STEP)) {
      ticks.addAndGet(STEP.toNanos());
      candidates.stream().filter(c -> !c.paused).forEach(c -> c.loop.advance(STEP));
      List<Candidate> leaders =
          candidates.stream().filter(c -> !c.paused).filter(Candidate::leads).toList();
      if (leaders.size() > 1) {
        throw new AssertionError("two lead at the same time");
      }
    }
  }
}
