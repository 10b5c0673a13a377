package dev.prepull.credentials;

import java.util.List;

/**
 * What could be read of a docker config, and what could not.
 *
 * @param config everything that is in order, whatever stands beside it
 * @param problems each with its place, in the order of the text
 */
public record ReadConfig(DockerConfig config, List<CredentialProblem> problems) {

  /** Nothing was there to read, and nothing is wrong with that. */
  public static final ReadConfig NOTHING = new ReadConfig(DockerConfig.EMPTY, List.of());

  /** Copies the problems. */
  public ReadConfig {
    problems = List.copyOf(problems);
  }

  /** Nothing could be read, for that reason. */
  public static ReadConfig unreadable(CredentialProblem problem) {
    return new ReadConfig(DockerConfig.EMPTY, List.of(problem));
  }
}
