package org.gta4j.cli.training;

import org.gta4j.cli.Terminal;
import org.gta4j.train.workers.Workers;

/** Who trains together: this process alone, or with others here or elsewhere. */
sealed interface Team permits Team.Alone, Member {
  /**
   * Whose of AdamW's moments a process keeps.
   *
   * @param rank its own, where they are divided
   * @param ranks among how many processes; 1 where each keeps all
   */
  record Division(int rank, int ranks) {
    /** Each keeps all. */
    static final Division NONE = new Division(0, 1);
  }

  /** Which of them this process is; number 0 speaks and writes. */
  int rank();

  /** How many processes they are, here and elsewhere. */
  int count();

  /** How many processes of them are on this machine and share its processors. */
  int here();

  /** How moments are divided among them. */
  Division division();

  /**
   * Waits until all are there.
   *
   * @param introduction lines that have to be the same for all
   * @throws org.gta4j.train.workers.WorkerException if somebody does not come
   */
  Workers join(String introduction);

  /** From now on, whoever wants this process to stop has {@code stop} run, by another thread. */
  Interrupt interruptible(Terminal terminal, Runnable stop);

  /** Whether a launcher started this process, which says what becomes of it and tries again. */
  boolean isLaunched();

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
    public Division division() {
      return Division.NONE;
    }

    @Override
    public Workers join(String introduction) {
      return Workers.alone();
    }

    @Override
    public Interrupt interruptible(Terminal terminal, Runnable stop) {
      return Interrupt.bySignal(terminal, stop);
    }

    @Override
    public boolean isLaunched() {
      return false;
    }
  }
}
