package dev.prepull.e2e.testbed;

/** A real part did not do what the testbed asked of it. The message is for whoever runs it. */
public final class TestbedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Says what was tried, on what, and why it failed. */
  public TestbedException(String message) {
    super(message);
  }

  /** Says what was tried, on what, and why it failed. */
  public TestbedException(String message, Throwable cause) {
    super(message, cause);
  }
}
