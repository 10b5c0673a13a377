package dev.prepull.agent.runtime;

/** The runtime does not answer, or answers as no container runtime would. */
public final class RuntimeUnavailableException extends Exception {

  private static final long serialVersionUID = 1L;

  /** Says what was tried, on which endpoint, and what went wrong. */
  public RuntimeUnavailableException(String message) {
    super(message);
  }

  /** Says what was tried, on which endpoint, and what went wrong. */
  public RuntimeUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
