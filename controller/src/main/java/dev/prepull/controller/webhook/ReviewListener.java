package dev.prepull.controller.webhook;

/** Is told what became of each request to the webhook. */
@FunctionalInterface
public interface ReviewListener {

  /** What became of one. */
  enum Outcome {
    /** It may be stored. */
    ALLOWED("Allowed"),
    /** It is not stored. */
    REFUSED("Refused"),
    /** The request was none that can be answered; by its policy the API server stores it. */
    FAILED("Failed");

    private final String word;

    Outcome(String word) {
      this.word = word;
    }

    /** As a metric shows it. */
    public String word() {
      return word;
    }
  }

  /** One more. Any thread may call. */
  void reviewed(Outcome outcome);
}
