package dev.prepull.program;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a long-lived program: reads its flags, starts it, waits for SIGTERM or SIGINT and stops it.
 * Exit codes: 0 asked to stop, 1 failure, 2 usage.
 */
public final class Program {

  /** How long a stop may take before the process ends anyway. */
  public static final Duration STOP_LIMIT = Duration.ofSeconds(9);

  private static final Logger log = LoggerFactory.getLogger(Program.class);
  private static final int FAILURE = 1;
  private static final int USAGE = 2;

  /** What a program is made of. */
  @FunctionalInterface
  public interface Body {
    /**
     * Starts everything and returns what stops it again. Interrupted when the process is asked to
     * stop meanwhile.
     */
    AutoCloseable start(Flags flags) throws UsageException, StartupException, InterruptedException;
  }

  private final String usage;
  private final Collection<Flag> known;
  private final PrintStream out;
  private final PrintStream err;

  /**
   * A program of that usage line and flags, which prints help and usage errors to these streams.
   */
  public Program(String usage, Collection<Flag> known, PrintStream out, PrintStream err) {
    this.usage = usage;
    this.known = known;
    this.out = out;
    this.err = err;
  }

  /** Runs until the process is asked to stop; returns its exit code. */
  public int run(String[] arguments, Map<String, String> environment, Body body) {
    try {
      Flags flags = Flags.parse(known, arguments, environment);
      if (flags.helpWanted()) {
        out.print(Flags.help(usage, known));
        return 0;
      }
      return runUntilStopped(flags, body);
    } catch (UsageException e) {
      err.println(e.getMessage());
      return USAGE;
    } catch (StartupException e) {
      err.println(e.getMessage());
      log.debug("Start failed", e);
      return FAILURE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return FAILURE;
    }
  }

  private static int runUntilStopped(Flags flags, Body body)
      throws UsageException, StartupException, InterruptedException {
    CountDownLatch stopRequested = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Starting starting = new Starting(Thread.currentThread());
    Thread hook =
        new Thread(
            () -> {
              stopRequested.countDown();
              starting.interrupt();
              awaitQuietly(stopped);
              // A JVM that ends by a signal would exit with 128 + the signal's number.
              Runtime.getRuntime().halt(0);
            },
            "stop");
    // Before the start: the signal may come while it is under way.
    Runtime.getRuntime().addShutdownHook(hook);
    boolean started = false;
    try {
      AutoCloseable running = body.start(flags);
      started = true;
      starting.over();
      stopRequested.await();
      close(running);
      return 0;
    } catch (StartupException e) {
      if (stopRequested.getCount() > 0) {
        throw e;
      }
      log.debug("The start was interrupted", e);
      return 0;
    } finally {
      stopped.countDown();
      if (!started) {
        remove(hook);
      }
    }
  }

  /** The thread that starts the program, which may wait for something while it does. */
  private static final class Starting {
    private @Nullable Thread thread;

    Starting(Thread thread) {
      this.thread = thread;
    }

    synchronized void interrupt() {
      if (thread != null) {
        thread.interrupt();
      }
    }

    /** What has been started is to be stopped in order, so that an interrupt comes too late. */
    synchronized void over() {
      thread = null;
      var _ = Thread.interrupted();
    }
  }

  /** A failed start ends with a code of its own. */
  private static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      log.debug("The program was asked to stop while its start failed", e);
    }
  }

  private static void close(AutoCloseable running) {
    try {
      running.close();
    } catch (Exception e) {
      log.atWarn().setCause(e).log("The stop was not clean");
    }
  }

  private static void awaitQuietly(CountDownLatch stopped) {
    try {
      boolean inTime = stopped.await(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      if (!inTime) {
        log.warn("The stop takes too long; ending now");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
