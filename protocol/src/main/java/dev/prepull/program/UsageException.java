package dev.prepull.program;

/** The command line or the environment asks for something that does not exist. Exit code 2. */
public final class UsageException extends Exception {

  private static final long serialVersionUID = 1L;

  /** Says which flag, what was given and what is expected. */
  public UsageException(String message) {
    super(message);
  }
}
