package dev.prepull.program;

/**
 * The program cannot start for a reason that its operator can mend. Exit code 1, no stack trace.
 */
public final class StartupException extends Exception {

  private static final long serialVersionUID = 1L;

  /** Says what was tried, on what, why it failed and what to do. */
  public StartupException(String message) {
    super(message);
  }

  /** Says what was tried, on what, why it failed and what to do. */
  public StartupException(String message, Throwable cause) {
    super(message, cause);
  }
}
