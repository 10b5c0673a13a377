package dev.prepull.agent.credentials;

/** How a program ended. */
sealed interface ProgramEnd {

  /** It ended by itself. What it wrote may be secret, and is not shown. */
  final class Ended implements ProgramEnd {

    private final int exitCode;
    private final byte[] output;
    private final byte[] errors;

    Ended(int exitCode, byte[] output, byte[] errors) {
      this.exitCode = exitCode;
      this.output = output;
      this.errors = errors;
    }

    int exitCode() {
      return exitCode;
    }

    /** What it wrote to its standard output. */
    byte[] output() {
      return output;
    }

    /** What it wrote to its standard error. */
    byte[] errors() {
      return errors;
    }

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
