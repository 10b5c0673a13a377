package dev.prepull.credentials;

/** A text is no JSON. The message says what is wrong and never what stands there. */
public final class InvalidJsonException extends Exception {

  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;

  InvalidJsonException(String message, int line, int column) {
    super(message);
    this.line = line;
    this.column = column;
  }

  /** The line, from 1; 0 when no line is meant. */
  public int line() {
    return line;
  }

  /** The column within that line, from 1; 0 when no column is meant. */
  public int column() {
    return column;
  }
}
