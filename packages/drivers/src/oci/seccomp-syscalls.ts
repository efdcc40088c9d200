import type { Architecture } from './architecture.ts';

/**
 * System calls of the default filter, by topic. libseccomp skips names that the processor or its own version
 * does not know, so one list serves all.
 */
const TOPICS: readonly string[] = [
  // Processes and threads
  'execve execveat exit exit_group fork futex futex_requeue futex_time64 futex_wait futex_waitv',
  'futex_wake get_robust_list get_thread_area getcpu getpriority ioprio_get ioprio_set kill',
  'membarrier pause pidfd_open pidfd_send_signal prctl process_mrelease process_vm_readv',
  'process_vm_writev ptrace restart_syscall rseq sched_get_priority_max sched_get_priority_min',
  'sched_getaffinity sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval',
  'sched_rr_get_interval_time64 sched_setaffinity sched_setattr sched_setparam',
  'sched_setscheduler sched_yield seccomp set_robust_list set_thread_area set_tid_address',
  'setpriority tgkill tkill uretprobe vfork wait4 waitid waitpid',
  // Identity of a process
  'capget capset getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32',
  'getpgid getpgrp getpid getppid getresgid getresgid32 getresuid getresuid32 getsid gettid',
  'getuid getuid32 setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups',
  'setgroups32 setpgid setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid',
  'setreuid32 setsid setuid setuid32 umask uname',
  // Limits and accounting
  'getrlimit getrusage prlimit64 setrlimit sysinfo times ugetrlimit',
  // Signals
  'rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend',
  'rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sigaltstack signalfd signalfd4',
  'sigprocmask sigreturn',
  // Time
  'adjtimex alarm clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime',
  'clock_gettime64 clock_nanosleep clock_nanosleep_time64 getitimer gettimeofday nanosleep',
  'setitimer time timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64',
  'timer_settime timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64',
  'timerfd_settime timerfd_settime64',
  // Memory
  'brk cachestat madvise map_shadow_stack memfd_create memfd_secret mincore mlock mlock2',
  'mlockall mmap mmap2 mprotect mremap mseal msync munlock munlockall munmap pkey_alloc',
  'pkey_free pkey_mprotect remap_file_pages',
  // Waiting for files
  '_newselect epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2',
  'epoll_wait epoll_wait_old eventfd eventfd2 fanotify_mark inotify_add_watch inotify_init',
  'inotify_init1 inotify_rm_watch io_cancel io_destroy io_getevents io_pgetevents',
  'io_pgetevents_time64 io_setup io_submit poll ppoll ppoll_time64 pselect6 pselect6_time64',
  'select',
  // Sockets
  'accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom recvmmsg',
  'recvmmsg_time64 recvmsg send sendfile sendfile64 sendmmsg sendmsg sendto setsockopt shutdown',
  'socketcall socketpair',
  // IPC of System V and POSIX
  'ipc mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend',
  'mq_timedsend_time64 mq_unlink msgctl msgget msgrcv msgsnd semctl semget semop semtimedop',
  'semtimedop_time64 shmat shmctl shmdt shmget',
  // Landlock: a program may restrict itself further
  'landlock_add_rule landlock_create_ruleset landlock_restrict_self',
  // Files and file systems
  '_llseek access chdir chmod chown chown32 close close_range copy_file_range creat dup dup2',
  'dup3 faccessat faccessat2 fadvise64 fadvise64_64 fallocate fchdir fchmod fchmodat fchmodat2',
  'fchown fchown32 fchownat fcntl fcntl64 fdatasync fgetxattr flistxattr flock fremovexattr',
  'fsetxattr fstat fstat64 fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futimesat',
  'getcwd getdents getdents64 getrandom getxattr getxattrat ioctl lchown lchown32 lgetxattr',
  'link linkat listmount listxattr listxattrat llistxattr lremovexattr lseek lsetxattr lstat',
  'lstat64 mkdir mkdirat mknod mknodat name_to_handle_at newfstatat open openat openat2 pipe',
  'pipe2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead readlink readlinkat',
  'readv removexattr removexattrat rename renameat renameat2 rmdir setxattr setxattrat splice',
  'stat stat64 statfs statfs64 statmount statx symlink symlinkat sync sync_file_range syncfs',
  'tee truncate truncate64 unlink unlinkat utime utimensat utimensat_time64 utimes vmsplice',
  'write writev',
];

/** The calls that every container may make, without condition. */
export const ALLOWED_SYSCALLS: readonly string[] = TOPICS.flatMap((line) => line.split(' '));

/** Calls that exist on one kind of processor only. */
export const ARCHITECTURE_SYSCALLS: Readonly<Record<Architecture, readonly string[]>> = {
  amd64: ['arch_prctl', 'modify_ldt'],
  arm64: [
    'arm_fadvise64_64',
    'arm_sync_file_range',
    'breakpoint',
    'cacheflush',
    'set_tls',
    'sync_file_range2',
  ],
};

/** Calls that are allowed with a capability, which the kernel requires for them anyway. */
export const CAPABILITY_SYSCALLS: Readonly<Record<string, readonly string[]>> = {
  CAP_BPF: ['bpf'],
  CAP_DAC_READ_SEARCH: ['open_by_handle_at'],
  CAP_PERFMON: ['perf_event_open'],
  CAP_SYSLOG: ['syslog'],
  CAP_SYS_ADMIN: [
    'bpf',
    'clone',
    'clone3',
    'fanotify_init',
    'fsconfig',
    'fsmount',
    'fsopen',
    'fspick',
    'lookup_dcookie',
    'mount',
    'mount_setattr',
    'move_mount',
    'open_tree',
    'perf_event_open',
    'quotactl',
    'quotactl_fd',
    'setdomainname',
    'sethostname',
    'setns',
    'syslog',
    'umount',
    'umount2',
    'unshare',
  ],
  CAP_SYS_BOOT: ['reboot'],
  CAP_SYS_CHROOT: ['chroot'],
  CAP_SYS_MODULE: ['delete_module', 'finit_module', 'init_module'],
  CAP_SYS_NICE: ['get_mempolicy', 'mbind', 'set_mempolicy', 'set_mempolicy_home_node'],
  CAP_SYS_PACCT: ['acct'],
  CAP_SYS_PTRACE: ['kcmp', 'pidfd_getfd', 'process_madvise'],
  CAP_SYS_RAWIO: ['ioperm', 'iopl'],
  CAP_SYS_TIME: ['clock_settime', 'clock_settime64', 'settimeofday', 'stime'],
  CAP_SYS_TTY_CONFIG: ['vhangup'],
};
