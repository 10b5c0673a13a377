package dev.prepull.controller.link;

/** Why an agent was not let in, or not let stay. docs/troubleshooting.md has a section for each. */
public enum RefusalReason {
  /** It said nothing, or something else, where a Hello has to come first. */
  NO_HELLO("NoHello"),
  /** Its Hello cannot be read. */
  BAD_HELLO("BadHello"),
  /** It showed no token. */
  NO_TOKEN("NoToken"),
  /** Its token is not one of an agent on that node. */
  BAD_TOKEN("BadToken"),
  /** Nobody could say whose its token is. */
  CHECK_FAILED("CheckFailed"),
  /** It brought no newer token in time. */
  TOKEN_EXPIRED("TokenExpired");

  private final String word;

  RefusalReason(String word) {
    this.word = word;
  }

  /** As a metric shows it. */
  public String word() {
    return word;
  }
}
