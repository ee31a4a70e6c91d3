{
  # One static library for each instruction set, compiled with its own flags; addon.cpp picks one when it is loaded.
  # No -ffast-math and no -Ofast: they change the host process's denormal mode and turn isnan into false.
  'variables': {
    'optimise': ['-O3', '-std=c++17', '-ffp-contract=fast', '-fvisibility=hidden', '-fPIC', '-Wall', '-Wextra'],
  },
  'target_defaults': {
    'include_dirs': ['<!(node -p "require(\'node-api-headers\').include_dir")'],
    'defines': ['NAPI_VERSION=8'],
    'cflags!': ['-fno-omit-frame-pointer'],
    'cflags_cc!': ['-std=gnu++20', '-fno-exceptions'],
    'cflags_cc': ['<@(optimise)'],
    'xcode_settings': {
      'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
      'GCC_ENABLE_CPP_EXCEPTIONS': 'YES',
      'GCC_OPTIMIZATION_LEVEL': '3',
      'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
      'MACOSX_DEPLOYMENT_TARGET': '12.0',
      'OTHER_CPLUSPLUSFLAGS': ['-ffp-contract=fast', '-Wall', '-Wextra'],
    },
    # The kernels use GCC's and Clang's vector types, so on Windows clang-cl compiles them (Visual Studio's "C++ Clang tools").
    'msbuild_toolset': 'ClangCL',
    'msvs_settings': {
      'VCCLCompilerTool': {
        'Optimization': 3,
        'FloatingPointModel': 0,
        'ExceptionHandling': 1,
        'AdditionalOptions': ['/std:c++17', '/clang:-ffp-contract=fast'],
      },
    },
  },
  'targets': [
    {
      'target_name': 'unroll_native',
      'sources': [
        'addon.cpp',
        'arguments.cpp',
        'bind_layers.cpp',
        'bind_recurrent.cpp',
        'bind_sequence.cpp',
        'cpu.cpp',
        'scratch.cpp',
        'team.cpp',
      ],
      'dependencies': ['kernels_baseline'],
      'conditions': [
        ['target_arch=="x64"', { 'dependencies': ['kernels_avx2', 'kernels_avx512'] }],
      ],
    },
    {
      'target_name': 'kernels_baseline',
      'type': 'static_library',
      'sources': ['kernels_baseline.cpp'],
    },
  ],
  'conditions': [
    ['target_arch=="x64"', {
      'targets': [
        {
          'target_name': 'kernels_avx2',
          'type': 'static_library',
          'sources': ['kernels_avx2.cpp'],
          'cflags_cc': ['-mavx2', '-mfma'],
          'xcode_settings': { 'OTHER_CPLUSPLUSFLAGS': ['-mavx2', '-mfma'] },
          'msvs_settings': { 'VCCLCompilerTool': { 'AdditionalOptions': ['-mavx2', '-mfma'] } },
        },
        {
          'target_name': 'kernels_avx512',
          'type': 'static_library',
          'sources': ['kernels_avx512.cpp'],
          'cflags_cc': ['-mavx512f', '-mavx512vl', '-mavx512bw', '-mavx512dq', '-mfma'],
          'xcode_settings': { 'OTHER_CPLUSPLUSFLAGS': ['-mavx512f', '-mavx512vl', '-mavx512bw', '-mavx512dq', '-mfma'] },
          'msvs_settings': { 'VCCLCompilerTool': {
              'AdditionalOptions': ['-mavx512f', '-mavx512vl', '-mavx512bw', '-mavx512dq', '-mfma'],
            } },
        },
      ],
    }],
  ],
}
