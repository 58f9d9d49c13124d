package org.gta4j.cli.training;

import org.gta4j.train.workers.Workers;

/** Who trains together: this process alone, or with others here or elsewhere. */
sealed interface Team extends AutoCloseable permits Team.Alone, LocalTeam, Member {
  /** Which of them this process is; number 0 speaks and writes. */
  int rank();

  /** How many processes they are, here and elsewhere. */
  int count();

  /** How many processes of them are on this machine and share its processors. */
  int here();

  /**
   * Waits until all are there.
   *
   * @param introduction lines that have to be the same for all
   * @throws org.gta4j.train.workers.WorkerException if somebody does not come
   */
  Workers join(String introduction);

  @Override
  void close();

  /** This process alone. */
  record Alone() implements Team {
    @Override
    public int rank() {
      return 0;
    }

    @Override
    public int count() {
      return 1;
    }

    @Override
    public int here() {
      return 1;
    }

    @Override
    public Workers join(String introduction) {
      return Workers.alone();
    }

    @Override
    public void close() {}
  }
}
