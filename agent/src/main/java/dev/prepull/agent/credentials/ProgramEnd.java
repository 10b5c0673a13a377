package dev.prepull.agent.credentials;

/** How a program ended. */
sealed interface ProgramEnd {

  /** It ended by itself. What it wrote may be secret. */
  record Ended(int exitCode, byte[] output, byte[] errors) implements ProgramEnd {

    @Override
    public String toString() {
      return "Ended[exitCode=%d]".formatted(exitCode);
    }
  }

  /**
   * It did not run to its end.
   *
   * @param why such as completes "it …"
   */
  record Failed(String why) implements ProgramEnd {}
}
