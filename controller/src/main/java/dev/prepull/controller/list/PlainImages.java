package dev.prepull.controller.list;

import dev.prepull.model.ImageReference;
import dev.prepull.model.InvalidImageReferenceException;
import java.util.ArrayList;
import java.util.List;

/** Reads the plain form: one image a line, {@code #} starts a comment. */
final class PlainImages {

  /** An image and where it stands. */
  record Line(ImageReference reference, Problems.Place place) {}

  private PlainImages() {}

  static List<Line> read(String key, String text, Problems problems) {
    List<Line> images = new ArrayList<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      int comment = line.indexOf('#');
      String content = (comment < 0 ? line : line.substring(0, comment)).replace('\uFEFF', ' ');
      String written = content.strip();
      if (written.isEmpty()) {
        continue;
      }
      Problems.Place place = new Problems.Place(key, number, content.indexOf(written) + 1);
      try {
        images.add(new Line(ImageReference.parse(written), place));
      } catch (InvalidImageReferenceException e) {
        problems.error(place, written, whyNot(e));
      }
    }
    return images;
  }

  /** The reason without the reference, which stands before it already. */
  static String whyNot(InvalidImageReferenceException e) {
    String message = String.valueOf(e.getMessage());
    int start = message.indexOf("is not an image reference");
    return start < 0 ? message : message.substring(start);
  }
}
