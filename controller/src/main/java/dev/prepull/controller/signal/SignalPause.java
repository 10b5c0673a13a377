package dev.prepull.controller.signal;

import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves a signal alone, with growing pauses, while the API server refuses to take it: what it
 * refuses for one Node it would refuse for thousands. Belongs to the loop.
 */
final class SignalPause {

  private static final Duration FIRST = Duration.ofSeconds(2);
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private static final Logger log = LoggerFactory.getLogger(SignalPause.class);

  private final Signal signal;
  private Duration next = FIRST;
  private Instant until = Instant.MIN;
  private String failure = "";

  SignalPause(Signal signal) {
    this.signal = signal;
  }

  Instant until() {
    return until;
  }

  boolean isFailing() {
    return !failure.isEmpty();
  }

  /** Says so once for each kind of failure, not once for each Node. */
  void refused(String why, Instant now) {
    if (!why.equals(failure)) {
      failure = why;
      log.atWarn()
          .addKeyValue("signal", signal.word())
          .log("{} It is tried again and again; images are pulled all the same.", why);
    }
    until = now.plus(next);
    Duration longer = next.multipliedBy(2);
    next = longer.compareTo(LONGEST) < 0 ? longer : LONGEST;
  }

  void taken() {
    if (isFailing()) {
      log.atInfo().addKeyValue("signal", signal.word()).log("Nodes can be written to again");
    }
    failure = "";
    next = FIRST;
    until = Instant.MIN;
  }
}
