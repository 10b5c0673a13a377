package dev.prepull.model;

/** A text that the distribution grammar does not accept as an image reference. */
public final class InvalidImageReferenceException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  InvalidImageReferenceException(String reference, String why) {
    super("\"%s\" is not an image reference: %s".formatted(shortened(reference), why));
  }

  private static String shortened(String text) {
    return text.length() <= 120 ? text : text.substring(0, 120) + "…";
  }
}
